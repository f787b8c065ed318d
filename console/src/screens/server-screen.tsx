/** The server: its version, database, instances and settings, and a backup. */
import { useState, type ReactElement } from 'react';
import { sendForFile } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import type { Call } from '../api/call.ts';
import { useResource } from '../api/queries.ts';
import type { ServerInfo } from '../api/types.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Command } from '../parts/command.tsx';
import { TextField } from '../parts/fields.tsx';
import { List, type Column } from '../parts/list.tsx';
import { Empty, Loaded, ProblemMessage } from '../parts/message.tsx';
import { Moment, exact } from '../parts/moment.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { saveFile } from '../parts/save-file.ts';

const CALL: Call = { method: 'GET', path: '/server' };

export function ServerScreen(): ReactElement {
  const server = useResource<ServerInfo>(['server'], CALL);
  return (
    <Page title="Server">
      <Loaded query={server}>
        {(found) => (
          <>
            <div className="columns">
              <Program server={found} />
              <Backup server={found} />
            </div>
            <Instances server={found} />
            <Settings server={found} />
          </>
        )}
      </Loaded>
      <Command call={CALL} />
    </Page>
  );
}

const SIZES = ['bytes', 'kB', 'MB', 'GB', 'TB'];

function sizeOf(bytes: number): string {
  const power = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${SIZES[power] ?? ''}`;
}

function Program({ server }: { readonly server: ServerInfo }): ReactElement {
  const { database } = server;
  return (
    <Panel title="Program and database">
      <dl className="facts">
        <dt>Version</dt>
        <dd>{server.version}</dd>
        <dt>Started</dt>
        <dd>
          {exact(server.started_at)} (<Moment at={server.started_at} />)
        </dd>
        <dt>Database</dt>
        <dd>{database.engine}</dd>
        <dt>Where</dt>
        <dd>
          <code>{database.location}</code>
        </dd>
        <dt>Size</dt>
        <dd>{database.bytes === null ? 'Unknown' : sizeOf(database.bytes)}</dd>
        <dt>Schema</dt>
        <dd>{database.schema ?? 'Unknown'}</dd>
      </dl>
    </Panel>
  );
}

function Backup({ server }: { readonly server: ServerInfo }): ReactElement {
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const call: Call = { method: 'POST', path: '/server/backup', file: 'latchkey.sqlite' };
  const isSqlite = /sqlite/i.test(server.database.engine);
  const save = async (): Promise<void> => {
    setPending(true);
    setProblem(undefined);
    try {
      const day = new Date().toISOString().slice(0, 10);
      saveFile(await sendForFile(call), `latchkey-${day}.sqlite`);
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0));
    }
    setPending(false);
  };
  return (
    <Panel title="Backup">
      <p>
        Last backup: <Moment at={server.last_backup_at} none="none that this server knows of" />.
      </p>
      {problem ? <ProblemMessage problem={problem} /> : null}
      {isSqlite ? (
        <>
          <p className="soft">The file holds everything, hashes of secrets included. Keep it as safe as the server.</p>
          <div className="row">
            <Button isPending={isPending} onPress={() => void save()}>
              {isPending ? 'Copying…' : 'Download a backup'}
            </Button>
          </div>
          <Command call={call} />
        </>
      ) : (
        <p>
          PostgreSQL has tools of its own: use <code>pg_dump</code>, as the page on operating Latchkey says.
        </p>
      )}
    </Panel>
  );
}

type Instance = ServerInfo['instances'][number];

const INSTANCE_COLUMNS: readonly Column<Instance>[] = [
  { id: 'id', title: 'Instance', isHeader: true, cell: ({ id }) => <code>{id}</code> },
  {
    id: 'lease',
    title: 'State',
    isPlain: true,
    cell: ({ lease, current }) => (
      <span className="row">
        {lease ? (
          <Badge tone="good" icon="check">
            Serving
          </Badge>
        ) : (
          <Badge tone="warn" icon="alert">
            Silent
          </Badge>
        )}
        {current ? <Badge tone="none">This one</Badge> : null}
      </span>
    ),
  },
  { id: 'seen', title: 'Last seen', cell: ({ last_seen_at }) => <Moment at={last_seen_at} /> },
];

function Instances({ server }: { readonly server: ServerInfo }): ReactElement | null {
  if (server.instances.length === 0) return null;
  return (
    <section className="stack">
      <h2>Instances</h2>
      <List caption="Instances" columns={INSTANCE_COLUMNS} rows={server.instances} keyOf={({ id }) => id} />
    </section>
  );
}

type SettingRow = ServerInfo['settings'][number];

const SETTING_COLUMNS: readonly Column<SettingRow>[] = [
  {
    id: 'name',
    title: 'Setting',
    isHeader: true,
    cell: ({ name, variable }) => <code>{variable ?? name}</code>,
  },
  { id: 'value', title: 'Value', className: 'free', cell: ({ value }) => <code>{textOf(value)}</code> },
  { id: 'source', title: 'From', cell: ({ source }) => source },
];

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function Settings({ server }: { readonly server: ServerInfo }): ReactElement {
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const rows = server.settings.filter(({ name, variable }) =>
    `${name} ${variable ?? ''}`.toLowerCase().includes(wanted),
  );
  return (
    <section className="stack">
      <h2>Settings in force</h2>
      <TextField type="search" label="Search settings" value={text} onChange={setText} />
      {rows.length === 0 ? (
        <Empty>No setting fits.</Empty>
      ) : (
        <List
          caption="Settings in force"
          columns={SETTING_COLUMNS}
          rows={rows}
          keyOf={({ name, variable }) => `${variable ?? ''} ${name}`}
          note={`${String(rows.length)} of ${String(server.settings.length)}`}
        />
      )}
    </section>
  );
}
