/** Serves Swagger UI at `/docs`, and an OpenAPI document for each dialect at `/docs/<dialect>.json`. */
import type { INestApplication } from '@nestjs/common';
import type { Application, Request, RequestHandler, Response } from 'express';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { AssertionForms } from '../assertions/index.js';
import { CredentialForms } from '../core/index.js';
import { DataPlaneModule, dataPlaneDocument, withForwardAuth } from '../data-plane/index.js';
import type { Dialect } from '../dialect-kit/index.js';
import { DIALECTS } from '../dialects.js';
import { administratorsOnly, type DocumentReaders } from './docs-access.js';
import { MountContext, PUBLIC, allowCompression, declareBelow, provideCompression } from '../http/index.js';
import { Authenticator } from '../identity/index.js';

/** Creates a document. */
type Make = () => OpenAPIObject;

/** The documents of all dialects and of the data plane, by their name in the address. */
export async function documents(
  app: INestApplication,
  dialects: readonly Dialect[] = DIALECTS,
): Promise<Record<string, Make>> {
  const made = await Promise.all(dialects.map(async (dialect) => [dialect.name, await documentOf(app, dialect)]));
  return { ...(Object.fromEntries(made) as Record<string, Make>), 'data-plane': () => documentOfDataPlane(app) };
}

async function documentOf(app: INestApplication, dialect: Dialect): Promise<Make> {
  const { module, alongside = [], document, completeDocument } = await dialect.load();
  return () => {
    const created = SwaggerModule.createDocument(app, document(), { include: [module, ...alongside] });
    return completeDocument ? completeDocument(created, app) : created;
  };
}

function documentOfDataPlane(app: INestApplication): OpenAPIObject {
  const forms = app.get(CredentialForms);
  const created = SwaggerModule.createDocument(app, dataPlaneDocument(forms), { include: [DataPlaneModule] });
  return withForwardAuth(created, '/', forms, app.get(AssertionForms));
}

/** Serves the pages and the documents. */
export async function mountDocs(
  app: INestApplication,
  dialects: readonly Dialect[],
  readers: DocumentReaders,
): Promise<void> {
  if (readers === 'off') return;
  if (readers === 'admin') app.use('/docs', administratorsOnly(app.get(Authenticator)));
  provideCompression(app.getHttpAdapter().getInstance() as Application, app.get(MountContext).compress);
  app.use('/docs', compressed);
  app.use(WITHOUT_PAGE, toDocs);
  const all = Object.entries(await documents(app, dialects));
  for (const [name, document] of all) {
    SwaggerModule.setup(`docs/${name}`, app, document, {
      ui: false,
      raw: ['json'],
      jsonDocumentUrl: `docs/${name}.json`,
    });
  }
  const [, first] = all[0] ?? [];
  if (!first) return;
  SwaggerModule.setup('docs', app, first, {
    explorer: true,
    raw: false,
    customSiteTitle: 'Latchkey',
    swaggerOptions: {
      urls: all.map(([name]) => ({ name, url: `docs/${name}.json` })),
      tryItOutEnabled: true,
    },
  });
  declareBelow(app.getHttpAdapter().getInstance() as Application, '/docs', PUBLIC);
}

/** They hold nothing but what is the same for all. */
const compressed: RequestHandler = (_request, response, next) => {
  allowCompression(response);
  next();
};

/** `/docs/`, since the page's assets resolve only from `/docs`, and `/`, so that visitors find the page. */
const WITHOUT_PAGE = /^\/(?:docs\/)?$/;

function toDocs({ originalUrl }: Request, response: Response): void {
  const query = originalUrl.indexOf('?');
  response.redirect(308, `/docs${query < 0 ? '' : originalUrl.slice(query)}`);
}
