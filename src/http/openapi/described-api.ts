/** Begins the OpenAPI document of an API: what it is, how to use it, its licence and where it is served. */
import { DocumentBuilder } from './document-builder.js';

/** What everybody has to know before they try a call, in Markdown. */
export interface Introduction {
  /** What the API is for, in a sentence or two. */
  readonly about: string;
  readonly authentication: string;
  readonly errors: string;
  readonly paging: string;
  readonly ids: string;
  /** How it differs from the vendor's. */
  readonly differences?: string;
}

export interface DescribedApi {
  readonly title: string;
  readonly introduction: Introduction;
  /** Of the API, not of the product. */
  readonly version: string;
  /** Names and descriptions of the groups of operations, in the order of the page. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The document without security schemes and paths. */
export function describedApi({ title, introduction, version, tags }: DescribedApi): DocumentBuilder {
  const builder = new DocumentBuilder()
    .describe({ title, description: introductionText(introduction), version })
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The server that this document comes from');
  for (const [name, description] of Object.entries(tags)) builder.addTag(name, description);
  return builder;
}

function introductionText({ about, authentication, errors, paging, ids, differences }: Introduction): string {
  const sections = {
    Authentication: authentication,
    Errors: errors,
    Paging: paging,
    Ids: ids,
    'Differences from the vendor': differences,
  };
  const written = Object.entries(sections).flatMap(([heading, text]) => (text ? [`### ${heading}\n\n${text}`] : []));
  return [about, ...written].join('\n\n');
}
