/** Adds the credentials to the documents of the two OAuth endpoints, since they depend on the application. */
import type { Type } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { CredentialForms } from '../../core/index.js';
import { BEARER_FORM } from '../../identity/index.js';
import { BASIC_SCHEME } from '../form-descriptions.js';
import { IntrospectionView } from './introspection.view.js';
import { TokenInput } from './token-parameter.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['post']>;

/** A copy of the document with the kinds of token and the credentials of callers. */
export function describeIntrospection(document: OpenAPIObject, forms: CredentialForms): OpenAPIObject {
  const copy = structuredClone(document);
  const bearer = Object.keys(BEARER_FORM.inHeaders?.documentation?.schemes ?? {});
  for (const { post } of Object.values(copy.paths)) {
    if (!post) continue;
    post.security = [BASIC_SCHEME, ...bearer].map((name) => ({ [name]: [] }));
    for (const shown of examplesOf(post)) if (shown.active === true) shown.kind = forms.kinds[0];
  }
  const example = forms.all.find(({ exampleSecret }) => exampleSecret !== undefined)?.exampleSecret;
  describeMember(copy, IntrospectionView, 'kind', { enum: [...forms.kinds], example: forms.kinds[0] });
  if (example !== undefined) describeMember(copy, TokenInput, 'token', { example });
  return copy;
}

function describeMember({ components }: OpenAPIObject, view: Type, name: string, description: object): void {
  const schema = components?.schemas?.[view.name];
  const member = schema && 'properties' in schema ? schema.properties?.[name] : undefined;
  if (member) Object.assign(member, description);
}

/** The example bodies of an operation's success. */
function examplesOf({ responses }: Operation): Partial<IntrospectionView>[] {
  const success = responses['200'];
  const content = success && 'content' in success ? success.content : undefined;
  return Object.values(content?.['application/json']?.examples ?? {}).flatMap((each) =>
    'value' in each ? [each.value as IntrospectionView] : [],
  );
}
