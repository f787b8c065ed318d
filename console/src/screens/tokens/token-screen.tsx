/** One token: all that is known of it, its overlap, and its history. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { Link, useParams } from 'react-router';
import { tokenPath, useResource } from '../../api/queries.ts';
import type { Call } from '../../api/call.ts';
import type { AuditRow, Page as ListPage, PersonReference, Token, TokenAction } from '../../api/types.ts';
import { isServerAdministrator, useMe } from '../../app/me.ts';
import { news } from '../../live/live-stream.ts';
import { KIND_NAMES, StateBadge } from '../../parts/badge.tsx';
import { Button, type Tone } from '../../parts/button.tsx';
import { Command } from '../../parts/command.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Loaded, Message } from '../../parts/message.tsx';
import { Moment, exact } from '../../parts/moment.tsx';
import { LoadedPage, Page, Panel } from '../../parts/page.tsx';
import { AuditList } from '../audit/audit-list.tsx';
import { OverlapPanel } from './overlap-panel.tsx';
import { ACTION_TEXTS, actionsOf } from './token-actions.ts';
import { useTokenDialogs } from './token-dialogs.tsx';

export function TokenScreen(): ReactElement {
  const { id = '' } = useParams();
  const call: Call = { method: 'GET', path: tokenPath(id) };
  const token = useResource<Token>(['token', id], call);
  return (
    <LoadedPage title="Token" query={token}>
      {(found) => (
        <>
          <TokenPage token={found} />
          <Command call={call} />
        </>
      )}
    </LoadedPage>
  );
}

function TokenPage({ token }: { readonly token: Token }): ReactElement {
  const dialogs = useTokenDialogs();
  const { gone } = useSyncExternalStore(news.subscribe, news.get);
  const isGone = gone.has(token.id);
  const actions = isGone ? [] : actionsOf(token).filter((action) => action !== 'end_overlap');
  return (
    <Page
      title={token.name}
      badge={<StateBadge token={token} isGone={isGone} />}
      intro={
        <>
          <Link to="/tokens">Tokens</Link> / {KIND_NAMES[token.kind]}
        </>
      }
      actions={actions.map((action) => (
        <Button
          key={action}
          {...toneOf(action)}
          onPress={() => {
            dialogs.open(action, token);
          }}
        >
          {ACTION_TEXTS[action].text}
        </Button>
      ))}
    >
      {isGone ? (
        <Message tone="bad">
          <span>This token has been revoked. Nobody accepts it any more.</span>
        </Message>
      ) : null}
      {token.overlap && !isGone ? <OverlapPanel token={token} overlap={token.overlap} onAction={dialogs.open} /> : null}
      <div className="columns">
        <TokenFacts token={token} />
        <TokenHistory id={token.id} />
      </div>
      {dialogs.element}
    </Page>
  );
}

function toneOf(action: TokenAction): { tone?: Tone } {
  if (ACTION_TEXTS[action].isBad === true) return { tone: 'danger' };
  return action === 'rotate' ? { tone: 'main' } : {};
}

function TokenFacts({ token }: { readonly token: Token }): ReactElement {
  const { last_use: use } = token;
  return (
    <Panel title="Details">
      <dl className="facts">
        <dt>Handle</dt>
        <dd className="row tied">
          <code>{token.client_id ?? token.handle}</code>
          {token.client_id === null ? null : (
            <CopyButton text={token.client_id} what="client id" tone="plain">
              Copy
            </CopyButton>
          )}
        </dd>
        {token.account ? (
          <>
            <dt>Account</dt>
            <dd>
              <Link to={`/accounts/${encodeURIComponent(token.account.id)}`}>{token.account.name}</Link>
            </dd>
          </>
        ) : null}
        <PersonFact title="Owner" person={token.owner} />
        <PersonFact title="Created by" person={token.created_by} />
        <dt>Created</dt>
        <dd>{exact(token.created_at)}</dd>
        <dt>Expires</dt>
        <dd>
          {token.expires_at === null ? (
            'Never'
          ) : (
            <>
              {exact(token.expires_at)} (<Moment at={token.expires_at} />)
            </>
          )}
        </dd>
        <dt>Scopes</dt>
        <dd>{token.scopes === null ? 'None' : <code>{token.scopes.join(' ')}</code>}</dd>
        <dt>Last used</dt>
        <dd>
          {use === null ? (
            'Never'
          ) : (
            <>
              <Moment at={use.at} />
              {use.address === null ? '' : ` from ${use.address}`}
              {use.user_agent === null ? null : <div className="soft small">{use.user_agent}</div>}
            </>
          )}
        </dd>
        <dt>Secret</dt>
        <dd>{token.version === 1 ? 'The first one' : `Number ${String(token.version)}`}</dd>
        <dt>Id</dt>
        <dd>
          <code>{token.id}</code>
        </dd>
      </dl>
    </Panel>
  );
}

function PersonFact(props: { readonly title: string; readonly person: PersonReference | null }): ReactElement | null {
  const { title, person } = props;
  const me = useMe();
  if (!person) return null;
  const { id, name, email } = person;
  const isKnown = name !== null;
  const text = isKnown ? `${name} (${email ?? 'no e-mail address'})` : `User ${id}, who is not there any more`;
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {isServerAdministrator(me) && isKnown ? <Link to={`/people/${encodeURIComponent(id)}`}>{text}</Link> : text}
      </dd>
    </>
  );
}

function TokenHistory({ id }: { readonly id: string }): ReactElement {
  const query = { target_id: id, limit: 20 };
  const rows = useResource<ListPage<AuditRow>>(['audit', 'of', id], { method: 'GET', path: '/audit', query });
  return (
    <Panel
      title="History"
      actions={<Link to={`/audit?target_id=${encodeURIComponent(id)}`}>All in the audit log</Link>}
    >
      <Loaded query={rows}>{({ items }) => <AuditList rows={items} />}</Loaded>
    </Panel>
  );
}
