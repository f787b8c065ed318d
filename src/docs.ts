/** Swagger UI at `/docs`, with one document for each dialect at `/docs/<dialect>.json`. */
import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { CredentialForms } from './core/index.js';
import { DataPlaneModule, dataPlaneDocument, withForwardAuth } from './data-plane/index.js';
import { CanvusModule, canvusDocument } from './dialects/canvus/index.js';
import { CloudflareModule, cloudflareDocument } from './dialects/cloudflare/index.js';
import { CrmModule, crmDocument } from './dialects/crm/index.js';

/** The document of every dialect, by its name in the address. */
export function documents(app: INestApplication): Record<string, () => OpenAPIObject> {
  return {
    cloudflare: () => SwaggerModule.createDocument(app, cloudflareDocument(), { include: [CloudflareModule] }),
    crm: () => SwaggerModule.createDocument(app, crmDocument(), { include: [CrmModule] }),
    canvus: () => SwaggerModule.createDocument(app, canvusDocument(), { include: [CanvusModule] }),
    'data-plane': () => {
      const forms = app.get(CredentialForms);
      const include = [DataPlaneModule];
      return withForwardAuth(SwaggerModule.createDocument(app, dataPlaneDocument(forms), { include }), '/', forms);
    },
  };
}

export function mountDocs(app: INestApplication): void {
  app.use(toDocs);
  const all = Object.entries(documents(app));
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
}

/** The page finds its parts only at `/docs`; who asks for the server itself wants to see it, too. */
function toDocs(request: Request, response: Response, next: NextFunction): void {
  const { path, url } = request;
  if (path === '/' || path === '/docs/') response.redirect(308, `/docs${url.slice(path.length)}`);
  else next();
}
