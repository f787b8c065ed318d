/** `log_information`: who made and changed access tokens, and when, from the audit data (contract §4.0). */
import { Injectable } from '@nestjs/common';
import { AuditRecord, UnitOfWork, UserDirectory } from '../../core/index.js';
import type { AccessToken } from './access-token.entity.js';

/** Somebody who made or changed a token; the address is missing when he is gone. */
export interface Author {
  readonly id: number | null;
  readonly name: string | null;
  readonly email: string | null;
}

/** `null` where the audit rows are gone, or the server itself did it. */
export interface Authors {
  readonly createdBy: Author | null;
  readonly updatedBy: Author | null;
}

/** Tokens whose authors are looked up with one query. */
const BATCH = 500;

interface AuthorRow {
  targetId: string;
  action: string;
  authorId: number | null;
  authorName: string | null;
}

@Injectable()
export class LogInformation {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: UserDirectory,
  ) {}

  /** The authors of tokens by the token's id: a few queries, however many tokens. */
  async authorsOf(tokens: readonly Pick<AccessToken, 'id'>[]): Promise<Map<string, Authors>> {
    const rows: AuthorRow[] = [];
    for (let at = 0; at < tokens.length; at += BATCH) {
      rows.push(...(await this.firstAndLast(tokens.slice(at, at + BATCH).map(({ id }) => id))));
    }
    const users = await this.users.findMany(rows.flatMap(({ authorId }) => authorId ?? []));
    const emails = new Map(users.map(({ id, email }) => [id, email]));
    const result = new Map<string, Authors>();
    for (const { targetId, action, authorId, authorName } of rows) {
      const author = authorId === null ? null : { id: authorId, name: authorName, email: emails.get(authorId) ?? null };
      const known = result.get(targetId);
      const createdBy = action === 'token.issued' ? author : (known?.createdBy ?? null);
      result.set(targetId, { createdBy, updatedBy: author });
    }
    return result;
  }

  /** The row of the issue and the row of the latest change of each token, in this order. */
  private firstAndLast(ids: string[]): Promise<AuthorRow[]> {
    return this.unitOfWork.read((manager) => {
      const query = manager.createQueryBuilder(AuditRecord, 'row');
      const wanted = (aggregate: string, condition: string): string =>
        query
          .subQuery()
          .select(`${aggregate}(own.id)`)
          .from(AuditRecord, 'own')
          .where(`own.targetType = 'token' AND own.targetId IN (:...ids)${condition}`)
          .groupBy('own.targetId')
          .getQuery()
          // Without its brackets: SQLite allows none around a part of a union.
          .slice(1, -1);
      return (
        query
          .select(['row.id', 'row.targetId', 'row.action', 'row.authorId', 'row.authorName'])
          // One list of ids: PostgreSQL reads the whole log for an OR of two.
          .where(`row.id IN (${wanted('MAX', '')} UNION ALL ${wanted('MIN', ` AND own.action = 'token.issued'`)})`)
          .setParameters({ ids })
          .orderBy('row.id', 'ASC')
          .getMany() as Promise<(AuditRecord & AuthorRow)[]>
      );
    });
  }
}
