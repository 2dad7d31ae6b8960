/**
 * Annotations that our schemas carry beside JSON Schema's own words. They change no verdict; they
 * only make its message better, and are taken out of the published schemas.
 *
 * - `synonyms`: other words for a key or a value, each with the right one.
 * - `refused`: keys or values that people know from elsewhere and that are not taken, each with the reason.
 * - `secret`: the value is never shown.
 * - `summary`: a shorter description, for the reference.
 */
export const vocabulary = ['synonyms', 'refused', 'secret', 'summary'] as const;

/** Annotations that editors understand, so they stay in the published schemas. */
export const editorVocabulary = ['patternErrorMessage', 'markdownDescription'] as const;
