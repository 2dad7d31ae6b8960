import { TemplateFault } from './value.ts';

/**
 * Puts the statements of other templates where a parsed one names them: {{> keepalived/vrrp}}. They see what the
 * place sees. Handlebars' own partials are rendered apart, out of reach of our strictness; here nothing is left of
 * them once the template is read.
 */
export function withPartials(
  program: hbs.AST.Program,
  load: (name: string) => hbs.AST.Program,
  within: readonly string[],
): hbs.AST.Program {
  const inlined = (inner: hbs.AST.Program | undefined) => inner && withPartials(inner, load, within);
  const body = program.body.flatMap((statement): readonly hbs.AST.Statement[] => {
    if (statement.type === 'PartialStatement') {
      const name = nameOf(statement as hbs.AST.PartialStatement);
      if (within.includes(name)) throw fault(statement, `${name} contains itself`);
      return withPartials(load(name), load, [...within, name]).body;
    }
    if (statement.type !== 'BlockStatement') return [statement];
    const block = statement as hbs.AST.BlockStatement;
    return [{ ...block, program: inlined(block.program), inverse: inlined(block.inverse) } as typeof block];
  });
  return { ...program, body };
}

function nameOf(statement: hbs.AST.PartialStatement): string {
  const { name, params, hash } = statement;
  if (name.type !== 'PathExpression' || params.length > 0 || hash !== undefined) {
    throw fault(statement, 'a partial takes a name and nothing else', 'write {{> folder/name}}');
  }
  return String((name as hbs.AST.PathExpression).original);
}

function fault(node: hbs.AST.Node, message: string, hint?: string): TemplateFault {
  return Object.assign(new TemplateFault(message, hint), {
    line: node.loc.start.line,
    file: node.loc.source,
  });
}
