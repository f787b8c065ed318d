/** The server, as the answer shows it (docs/contracts/latchkey.md §7). */
import { ApiProperty } from '../../../internals/index.js';
import type { DatabaseFacts, RunningInstance, RunningSettings } from '../../../core/index.js';
import { timeView } from '../times.js';

class DatabaseView {
  @ApiProperty({ enum: ['SQLite', 'PostgreSQL'] })
  engine!: string;

  @ApiProperty({
    example: '/var/lib/latchkey/latchkey.sqlite',
    description: 'The path of the file, or the name of the database and its hosts; no user and no password.',
  })
  location!: string;

  @ApiProperty({ type: 'integer', nullable: true, example: 1_048_576, description: '`null` if it cannot be told.' })
  bytes!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Groups1799086414000',
    description: 'The newest migration; `null` if a host runs them in a table of its own.',
  })
  schema!: string | null;
}

class InstanceView {
  @ApiProperty({ example: '8c1f0f5e-6d2b-4a3c-9e7d-5b4a3c2d1e0f', description: 'Another one after each connection.' })
  id!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-01-31T12:00:00.000Z',
    description: 'Of the instance that answers: now. The database does not keep it for others.',
  })
  last_seen_at!: string | null;

  @ApiProperty({ example: true, description: 'Whether others wait for it when access is revoked.' })
  lease!: boolean;

  @ApiProperty({ example: true, description: 'Whether it answers this request.' })
  current!: boolean;
}

class SettingView {
  @ApiProperty({ example: 'PORT' })
  name!: string;

  @ApiProperty({ example: 'PORT' })
  variable!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '3000',
    description: 'As written in the environment, with `***` in the place of secrets; `null` if it has no value.',
  })
  value!: string | null;

  @ApiProperty({
    enum: ['environment', 'file', 'default'],
    example: 'default',
    description: 'What the command line gives counts as `environment`.',
  })
  source!: string;
}

export class ServerView {
  @ApiProperty({ example: '1.0.0' })
  version!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z', description: 'Of this instance.' })
  started_at!: string;

  @ApiProperty()
  database!: DatabaseView;

  @ApiProperty({ type: [InstanceView], description: 'Those that share the database, by their ids.' })
  instances!: InstanceView[];

  @ApiProperty({ type: [SettingView], description: 'Those in force; none in a host, which has options instead.' })
  settings!: SettingView[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description:
      'When `POST /server/backup` or `latchkey backup` last made one. Copies by other means, such as `pg_dump`, are not known.',
  })
  last_backup_at!: string | null;
}

export function serverView(
  version: string,
  startedAt: Date,
  database: DatabaseFacts,
  instances: readonly RunningInstance[],
  { all }: RunningSettings,
  lastBackupAt: Date | null,
): ServerView {
  return {
    version,
    started_at: timeView(startedAt),
    database: { ...database },
    instances: instances.map(({ id, lastSeenAt, hasLease, isCurrent }) => ({
      id,
      last_seen_at: timeView(lastSeenAt),
      lease: hasLease,
      current: isCurrent,
    })),
    settings: all.map(({ env, value, source }) => ({ name: env, variable: env, value, source })),
    last_backup_at: timeView(lastBackupAt),
  };
}
