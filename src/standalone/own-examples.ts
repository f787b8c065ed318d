/** Fills the examples of the documents with what the server has, so that the first call that somebody tries succeeds. */
import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { DomainError, UnitOfWork } from '../core/index.js';
import type { Dialect } from '../dialect-kit/index.js';
import { Account } from '../identity/index.js';

/** Shows the first account of the server in the place of the one that the examples name. */
export class OwnExamples {
  private constructor(
    private readonly unitOfWork: UnitOfWork,
    /** The account of the examples, by the name of the dialect. */
    private readonly accounts: ReadonlyMap<string, string>,
  ) {}

  static async of(app: INestApplication, dialects: readonly Dialect[]): Promise<OwnExamples> {
    const ids = new Map<string, string>();
    for (const dialect of dialects) {
      const { exampleAccountId } = await dialect.load();
      if (exampleAccountId !== undefined) ids.set(dialect.name, exampleAccountId);
    }
    return new OwnExamples(app.get(UnitOfWork), ids);
  }

  /** The same document while the database is away, or has no account. */
  async fill(name: string, document: OpenAPIObject): Promise<OpenAPIObject> {
    const example = this.accounts.get(name);
    const own = example === undefined ? undefined : await this.firstAccount();
    if (example === undefined || own === undefined) return document;
    return JSON.parse(JSON.stringify(document).replaceAll(example, own)) as OpenAPIObject;
  }

  private async firstAccount(): Promise<string | undefined> {
    try {
      const order = { createdAt: 'ASC', id: 'ASC' } as const;
      const [first] = await this.unitOfWork.read((manager) => manager.find(Account, { order, take: 1 }));
      return first?.id;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'unavailable') return undefined;
      throw error;
    }
  }
}
