/** Serves Swagger UI at `/docs`, and an OpenAPI document for each dialect at `/docs/<dialect>.json`. */
import type { INestApplication } from '@nestjs/common';
import type { Application, Request, RequestHandler, Response } from 'express';
import type { OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { AssertionForms } from '../assertions/index.js';
import { CredentialForms } from '../core/index.js';
import { DataPlaneModule, dataPlaneDocument, withForwardAuth } from '../data-plane/index.js';
import type { Dialect } from '../dialect-kit/index.js';
import { DIALECTS } from '../dialects.js';
import { administratorsOnly, type DocumentReaders } from './docs-access.js';
import { serveDocsPage } from './docs-page.js';
import { VERIFICATION, serveFirstPage } from './first-page.js';
import {
  MountContext,
  PUBLIC,
  allowCompression,
  declareBelow,
  listsFirst,
  operationIdOf,
  provideCompression,
} from '../http/index.js';
import { Authenticator } from '../identity/index.js';
import { followLinks } from '../internals/index.js';
import { StartError } from './start-errors.js';
import { OwnExamples } from './own-examples.js';

type Swagger = typeof SwaggerModule;

/** Loaded when documents are served: hosts that serve none need not install it. */
async function loadSwagger(): Promise<Swagger> {
  followLinks();
  try {
    return (await import('@nestjs/swagger')).SwaggerModule;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes("'@nestjs/swagger'")) throw error;
    throw new StartError(
      'the pages and documents at /docs need the package @nestjs/swagger, which is not installed here: run npm install ' +
        '@nestjs/swagger, or set DOCS to "off"',
      { cause: error },
    );
  }
}

/** Creates a document. */
type Make = () => OpenAPIObject;

/** Of the data plane, in addresses. */
const DATA_PLANE = 'data-plane';

/** The documents of all dialects and of the data plane, by their name in the address. */
export async function documents(
  app: INestApplication,
  dialects: readonly Dialect[] = DIALECTS,
): Promise<Record<string, Make>> {
  const swagger = await loadSwagger();
  const made = await Promise.all(
    dialects.map(async (dialect) => [dialect.name, await documentOf(swagger, app, dialect)]),
  );
  return {
    ...(Object.fromEntries(made) as Record<string, Make>),
    [DATA_PLANE]: () => documentOfDataPlane(swagger, app),
  };
}

async function documentOf(swagger: Swagger, app: INestApplication, dialect: Dialect): Promise<Make> {
  const { module, alongside = [], document, completeDocument } = await dialect.load();
  return () => {
    const include = [module, ...alongside];
    const created = swagger.createDocument(app, document(), { include, operationIdFactory: operationIdOf });
    return listsFirst(completeDocument ? completeDocument(created, app) : created);
  };
}

function documentOfDataPlane(swagger: Swagger, app: INestApplication): OpenAPIObject {
  const forms = app.get(CredentialForms);
  const options = { include: [DataPlaneModule], operationIdFactory: operationIdOf };
  const created = swagger.createDocument(app, dataPlaneDocument(forms), options);
  return withForwardAuth(created, '/', forms, app.get(AssertionForms));
}

/**
 * Serves the first page, the documentation and the documents.
 * @param hasConsole - whether the first page leads to a console
 */
export async function mountDocs(
  app: INestApplication,
  dialects: readonly Dialect[],
  readers: DocumentReaders,
  hasConsole: boolean,
): Promise<void> {
  if (readers === 'off') return;
  const application = app.getHttpAdapter().getInstance() as Application;
  if (readers === 'admin') app.use('/docs', administratorsOnly(app.get(Authenticator)));
  provideCompression(application, app.get(MountContext).compress);
  app.use('/docs', compressed);
  app.use(WITH_SLASH, toDocs);
  serveFirstPage(application, dialects, hasConsole);
  serveDocsPage(application);
  const all = Object.entries(await documents(app, dialects));
  const swagger = await loadSwagger();
  const examples = await OwnExamples.of(app, dialects);
  for (const [name, document] of all) {
    swagger.setup(`docs/${name}`, app, document, {
      ui: false,
      raw: ['json'],
      jsonDocumentUrl: `docs/${name}.json`,
      patchDocumentOnRequest: (_request, _response, given) => examples.fill(name, given),
    });
  }
  const [, first] = all[0] ?? [];
  if (!first) return;
  const titles = new Map(dialects.map(({ name, title }) => [name, title]));
  swagger.setup('docs', app, first, {
    explorer: true,
    raw: false,
    swaggerOptions: {
      urls: all.map(([name]) => ({ name: titles.get(name) ?? VERIFICATION, url: `docs/${name}.json` })),
      tryItOutEnabled: true,
      defaultModelsExpandDepth: 0,
    },
  });
  declareBelow(application, '/docs', PUBLIC);
}

/** They hold nothing but what is the same for all. */
const compressed: RequestHandler = (_request, response, next) => {
  allowCompression(response);
  next();
};

/** The page's assets resolve only from `/docs`. */
const WITH_SLASH = /^\/docs\/$/;

function toDocs({ originalUrl }: Request, response: Response): void {
  const query = originalUrl.indexOf('?');
  response.redirect(302, `../docs${query < 0 ? '' : originalUrl.slice(query)}`);
}
