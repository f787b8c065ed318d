/** Builds the part of an OpenAPI document that is not made from routes. */
import type { OpenAPIObject } from '@nestjs/swagger';

type Scheme = NonNullable<NonNullable<OpenAPIObject['components']>['securitySchemes']>[string];

/** The document without its paths; each call adds to it. */
export class DocumentBuilder {
  private readonly document: Omit<OpenAPIObject, 'paths'> = {
    openapi: '3.0.0',
    info: { title: '', description: '', version: '1.0.0', contact: {} },
    tags: [],
    servers: [],
    components: {},
  };

  /** @param info - what the API is */
  describe(info: { readonly title: string; readonly description: string; readonly version: string }): this {
    Object.assign(this.document.info, info);
    return this;
  }

  /** @param version - for example `3.1.0`. Default: `3.0.0` */
  setOpenAPIVersion(version: `${number}.${number}.${number}`): this {
    this.document.openapi = version;
    return this;
  }

  setLicense(name: string, url: string): this {
    this.document.info.license = { name, url };
    return this;
  }

  addServer(url: string, description: string): this {
    this.document.servers?.push({ url, description });
    return this;
  }

  addTag(name: string, description: string): this {
    this.document.tags?.push({ name, description });
    return this;
  }

  addSecurity(name: string, scheme: Scheme): this {
    const { components = {} } = this.document;
    components.securitySchemes = { ...components.securitySchemes, [name]: scheme };
    return this;
  }

  build(): Omit<OpenAPIObject, 'paths'> {
    return this.document;
  }
}
