/** Records the statements that a connection sends. */
import type { DataSource, Logger } from 'typeorm';

export interface QueryWatch {
  /** Every statement since the watch began, in order. */
  readonly statements: readonly string[];
  /** The same with their parameters. */
  readonly queries: readonly { readonly query: string; readonly parameters: unknown[] }[];
  count(pattern: RegExp): number;
  stop(): void;
}

export function watchQueries(dataSource: DataSource): QueryWatch {
  const statements: string[] = [];
  const queries: { query: string; parameters: unknown[] }[] = [];
  const before = dataSource.logger;
  const nothing = (): void => undefined;
  const logger: Logger = {
    logQuery: (query, parameters = []) => {
      // What instances do in the background.
      if (query.includes('latchkey_instance')) return;
      statements.push(query);
      queries.push({ query, parameters: Array.isArray(parameters) ? parameters : [] });
    },
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
  dataSource.logger = logger;
  return {
    statements,
    queries,
    count: (pattern) => statements.filter((statement) => pattern.test(statement)).length,
    stop: () => {
      dataSource.logger = before;
    },
  };
}
