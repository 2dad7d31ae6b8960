import { helpers } from './helpers.ts';
import { TemplateFault } from './value.ts';

type Expression = hbs.AST.Expression;

/** Helpers that only rewritten templates call: no template of a user's can name them. */
export const inner = { value: '$value', maybe: '$maybe', print: '$print' } as const;

const blocks: ReadonlySet<string> = new Set(['if', 'unless', 'each', 'with']);

/**
 * Rewrites a parsed template so that every look-up and every output goes through a function of ours.
 * Handlebars' own strictness misses what {{#if}} and {{#each}} look up, adds numbers that stand side by side,
 * and prints objects as [object Object]; here the names and lines are at hand for a good message.
 */
export function makeStrict(program: hbs.AST.Program): hbs.AST.Program {
  return { ...program, body: body(program, new Set()) };
}

type Scope = ReadonlySet<string>;

function body(program: hbs.AST.Program, outer: Scope): hbs.AST.Statement[] {
  const scope = new Set([...outer, ...(program.blockParams ?? [])]);
  return program.body.map(statement => {
    switch (statement.type) {
      case 'MustacheStatement':
        return output(statement as hbs.AST.MustacheStatement, scope);
      case 'BlockStatement':
        return block(statement as hbs.AST.BlockStatement, scope);
      case 'ContentStatement':
      case 'CommentStatement':
        return statement;
      default:
        throw fault(statement, 'partials and decorators are not supported');
    }
  });
}

function output(statement: hbs.AST.MustacheStatement, scope: Scope): hbs.AST.MustacheStatement {
  const called = statement.params.length > 0 || statement.hash !== undefined;
  const value = called ? call(statement, scope) : expression(statement.path, scope, inner.value);
  const name = 'original' in statement.path ? String(statement.path.original) : 'this';
  return {
    ...statement,
    path: named(inner.print, statement.loc),
    params: [value, text(name, statement.loc)],
  };
}

function block(statement: hbs.AST.BlockStatement, scope: Scope): hbs.AST.BlockStatement {
  const name = statement.path.original;
  if (!blocks.has(name)) {
    throw fault(
      statement,
      `#${name} is no block`,
      `blocks: ${[...blocks].map(each => `#${each}`).join(', ')}`,
    );
  }
  if (statement.params.length !== 1) throw fault(statement, `#${name} takes one value`);
  const rewrite = (program: hbs.AST.Program | undefined) =>
    program && { ...program, body: body(program, scope) };
  return {
    ...statement,
    params: statement.params.map(param => expression(param, scope, inner.value)),
    program: rewrite(statement.program),
    inverse: rewrite(statement.inverse),
  } as hbs.AST.BlockStatement;
}

function expression(node: Expression, scope: Scope, how: string): Expression {
  if (node.type === 'SubExpression') return call(node as hbs.AST.SubExpression, scope);
  if (node.type === 'PathExpression') return lookup(node as hbs.AST.PathExpression, scope, how);
  return node;
}

/** A call of one of our helpers: its name and the number of its arguments are known here. */
function call(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression, scope: Scope): Expression {
  const name = 'original' in node.path ? String(node.path.original) : '';
  const helper = Object.hasOwn(helpers, name) ? helpers[name] : undefined;
  if (helper === undefined) {
    throw fault(node, `${name} is no helper`, `helpers: ${Object.keys(helpers).join(', ')}`);
  }
  const [least, most] = helper.takes;
  if (node.params.length < least || node.params.length > most || node.hash !== undefined) {
    throw fault(node, `${name} takes ${least === most ? least : `${least} or more`} values`);
  }
  const how = helper.lenient ? inner.maybe : inner.value;
  return {
    type: 'SubExpression',
    path: named(name, node.loc),
    params: node.params.map(param => expression(param, scope, how)),
    loc: node.loc,
  } as Expression;
}

/** `a.b.c` becomes `($value this "a.b.c" "a" "b" "c")`; a block parameter or `@data` is where the path begins. */
function lookup(path: hbs.AST.PathExpression, scope: Scope, how: string): Expression {
  const [first = ''] = path.parts;
  const relative = /^(\.|this\b)/.test(path.original);
  const own = path.data || (path.depth === 0 && !relative && scope.has(first));
  const parts = own ? [first] : [];
  const from: hbs.AST.PathExpression = { ...path, parts, original: own ? path.original : 'this' };
  const steps = path.parts.slice(own ? 1 : 0);
  return {
    type: 'SubExpression',
    path: named(how, path.loc),
    params: [from, ...[path.original, ...steps].map(step => text(step, path.loc))],
    loc: path.loc,
  } as Expression;
}

function named(name: string, loc: hbs.AST.SourceLocation): hbs.AST.PathExpression {
  return { type: 'PathExpression', data: false, depth: 0, parts: [name], original: name, loc };
}

function text(value: string, loc: hbs.AST.SourceLocation): hbs.AST.StringLiteral {
  return { type: 'StringLiteral', value, original: value, loc };
}

function fault(node: hbs.AST.Node, message: string, hint?: string): TemplateFault {
  return Object.assign(new TemplateFault(message, hint), {
    line: node.loc.start.line,
    file: node.loc.source,
  });
}
