import type { ErrorCode } from 'yaml';

/** What YAML allows and we refuse. */
type OwnCode = 'MERGE_KEY' | 'ODD_KEY' | 'CIRCLE';

/**
 * YAML's errors in words of ours. The parser's own messages quote the source, where a secret may stand,
 * and speak of tokens.
 */
export const yamlErrors: Readonly<Record<ErrorCode | OwnCode, readonly [message: string, hint?: string]>> = {
  ALIAS_PROPS: ['an alias (*name) must stand alone'],
  BAD_ALIAS: ['not a name of an anchor', 'quote a text that begins with * or &'],
  BAD_COLLECTION_TYPE: ['its tag does not fit it', 'leave the tag out'],
  BAD_DIRECTIVE: ['unknown directive', 'quote a text that begins with %'],
  BAD_DQ_ESCAPE: ['unknown escape after \\ in a double-quoted text', "use single quotes: '...'"],
  BAD_INDENT: ['wrong indentation', 'keys of one map begin in the same column'],
  BAD_PROP_ORDER: ['an anchor or tag in the wrong place'],
  BAD_SCALAR_START: [
    'a plain text must not begin with this character',
    'quote the text; indent with spaces, not tabs',
  ],
  BLOCK_AS_IMPLICIT_KEY: ['a map inside of a line that is a map already', 'put it on its own line, indented'],
  BLOCK_IN_FLOW: ['an indented map or list inside of { } or [ ]', 'write it with { } or [ ] too'],
  DUPLICATE_KEY: ['this key stands twice in its map', 'remove one of them'],
  IMPOSSIBLE: ['not YAML'],
  KEY_OVER_1024_CHARS: ['a key of more than 1024 characters'],
  MISSING_CHAR: [
    'something is missing here: a closing quote or bracket, a comma, a colon, or a space after a colon',
  ],
  MULTILINE_IMPLICIT_KEY: ['a key over several lines', 'is there a colon missing, or the space after it?'],
  MULTIPLE_ANCHORS: ['two anchors on one value'],
  MULTIPLE_DOCS: ['a second document begins here', 'a file holds one document: remove the --- line'],
  MULTIPLE_TAGS: ['two tags on one value'],
  NON_STRING_KEY: ['a key must be text', 'quote a text that begins with { or [, such as "{{host.name}}"'],
  RESOURCE_EXHAUSTION: ['nested too deeply'],
  TAB_AS_INDENT: ['a tab is used to indent', 'use spaces'],
  TAG_RESOLVE_FAILED: ['unknown tag', 'quote a text that begins with !'],
  MERGE_KEY: ['merge keys (<<) are not supported', 'write the keys out'],
  ODD_KEY: ['this name is not allowed as a key'],
  CIRCLE: ['an alias inside of what it stands for'],
  UNEXPECTED_TOKEN: ['this does not belong here', 'look for a missing quote, comma or line end before it'],
};
