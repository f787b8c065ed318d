/** Builds `log_information`, who created and changed access tokens, from the audit log (docs/contracts/crm.md §4.0). */
import { Injectable } from '@nestjs/common';
import { AuditRecord, UnitOfWork, UserDirectory } from '../../core/index.js';
import type { AccessToken } from './access-token.entity.js';

/** The author of a change to a token; the e-mail address is missing if the user no longer exists. */
export interface Author {
  /** As the directory has it. */
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
}

/** `null` if the audit rows no longer exist, or the server itself was the author. */
export interface Authors {
  readonly createdBy: Author | null;
  readonly updatedBy: Author | null;
}

/** Number of tokens whose authors are looked up by one query. */
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

  /** The authors of tokens by token id, read with few queries. */
  async authorsOf(tokens: readonly Pick<AccessToken, 'id'>[]): Promise<Map<string, Authors>> {
    const rows: AuthorRow[] = [];
    for (let at = 0; at < tokens.length; at += BATCH) {
      rows.push(...(await this.firstAndLast(tokens.slice(at, at + BATCH).map(({ id }) => id))));
    }
    const numbers = rows.flatMap(({ authorId }) => authorId ?? []);
    const users = await this.users.findMany(numbers);
    const ids = await this.users.idsOf(numbers, this.unitOfWork);
    const emails = new Map(users.map(({ id, email }) => [id, email]));
    const result = new Map<string, Authors>();
    for (const { targetId, action, authorId, authorName } of rows) {
      const author =
        authorId === null
          ? null
          : { id: ids.get(authorId) ?? String(authorId), name: authorName, email: emails.get(authorId) ?? null };
      const known = result.get(targetId);
      const createdBy = action === 'token.issued' ? author : (known?.createdBy ?? null);
      result.set(targetId, { createdBy, updatedBy: author });
    }
    return result;
  }

  /** For each token, the row of its issue followed by that of its latest change. */
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
          // SQLite does not allow parentheses around a part of a union.
          .slice(1, -1);
      return (
        query
          .select(['row.id', 'row.targetId', 'row.action', 'row.authorId', 'row.authorName'])
          // A single list of ids: for an OR of two lists PostgreSQL would read the whole log.
          .where(`row.id IN (${wanted('MAX', '')} UNION ALL ${wanted('MIN', ` AND own.action = 'token.issued'`)})`)
          .setParameters({ ids })
          .orderBy('row.id', 'ASC')
          .getMany() as Promise<(AuditRecord & AuthorRow)[]>
      );
    });
  }
}
