/** Names operations as the functions of a generated client: `createServiceToken`, `listServiceTokens`. */

/** What a handler is called, and what the operation is called instead. */
const VERBS: Readonly<Record<string, string>> = { patch: 'update' };

/**
 * The id of an operation that documents none of its own: the name of the handler and what its controller is about.
 * @param controller - for example `ServiceTokensController`
 * @param handler - for example `create`; one of several words has the resource after the first: `setAsEffective`
 */
export function operationIdOf(controller: string, handler: string): string {
  const resource = controller.replace(/Controller$/, '');
  const [, first = handler, rest = ''] = /^([a-z0-9]+)(.*)$/.exec(handler) ?? [];
  return `${VERBS[first] ?? first}${first === 'list' ? resource : singular(resource)}${rest}`;
}

function singular(plural: string): string {
  return plural.replace(/ies$/, 'y').replace(/s$/, '');
}
