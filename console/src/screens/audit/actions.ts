/** Says what a row of the audit log records. */
import type { AuditRow } from '../../api/types.ts';

/** `token.previous_secret_ended` as words, when there is no better sentence for it. */
export function actionWords(action: string): string {
  const words = action.replaceAll(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const ACTORS: Readonly<Record<AuditRow['actor'], string>> = {
  user: 'A user',
  command_line: 'The command line',
  host: 'The host application',
  system: 'The server',
  stranger: 'A stranger',
};

export function authorOf({ author, actor }: AuditRow): string {
  return author?.name ?? ACTORS[actor];
}

/** Names and values of the details, on one level. */
export function detailsOf({ details }: AuditRow): readonly (readonly [name: string, value: string])[] {
  return Object.entries(details ?? {}).map(([name, value]) => [
    name.replaceAll('_', ' '),
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}
