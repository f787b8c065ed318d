/** Who a user is at OpenID providers; administrators of the server can end that. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useResource, userPath } from '../../api/queries.ts';
import type { OpenIdBinding, Page, Person } from '../../api/types.ts';
import { useMe } from '../../app/me.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { Button } from '../../parts/button.tsx';
import { Command } from '../../parts/command.tsx';
import { Loaded } from '../../parts/message.tsx';
import { ExactMoment } from '../../parts/moment.tsx';
import { Panel } from '../../parts/page.tsx';
import { notify } from '../../parts/toasts.tsx';

/** Left out where nobody signs in by OpenID Connect, and the user never has. */
export function OpenIdPanel(props: { readonly user: Person; readonly mayUnbind?: boolean }): ReactElement | null {
  const { user, mayUnbind = false } = props;
  const { features } = useMe();
  const call = { method: 'GET', path: userPath(user.id, 'openid') } as const;
  const bindings = useResource<Page<OpenIdBinding>>(['openid', user.id], call);
  const [isUnbinding, setUnbinding] = useState(false);
  const isAny = (bindings.data?.items.length ?? 0) > 0;
  if (!features.openid && !isAny) return null;
  return (
    <Panel
      title="OpenID Connect"
      actions={
        mayUnbind && isAny ? (
          <Button
            onPress={() => {
              setUnbinding(true);
            }}
          >
            Unbind…
          </Button>
        ) : undefined
      }
    >
      <Loaded query={bindings}>{({ items }) => <Bindings items={items} />}</Loaded>
      <Command call={call} />
      {isUnbinding ? (
        <UnbindDialog
          user={user}
          bindings={bindings.data?.items ?? []}
          onClose={() => {
            setUnbinding(false);
          }}
        />
      ) : null}
    </Panel>
  );
}

function Bindings({ items }: { readonly items: readonly OpenIdBinding[] }): ReactElement {
  if (items.length === 0) return <p className="soft">They have not signed in by OpenID Connect.</p>;
  return (
    <ul className="events">
      {items.map(({ issuer, subject, created_at: since }) => (
        <li key={issuer}>
          <code>{subject}</code>
          <span className="soft small">
            at {issuer}, since <ExactMoment at={since} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function UnbindDialog(props: {
  readonly user: Person;
  readonly bindings: readonly OpenIdBinding[];
  readonly onClose: () => void;
}): ReactElement {
  const { user, bindings, onClose } = props;
  const client = useQueryClient();
  return (
    <AskDialog
      title={`Unbind ${user.name} from OpenID Connect?`}
      call={{ method: 'POST', path: userPath(user.id, 'openid', 'unbind') }}
      confirm="Unbind"
      isDestructive
      onDone={() => {
        void client.invalidateQueries({ queryKey: ['openid', user.id] });
        onClose();
        notify(`Unbound ${user.name}`);
      }}
      onClose={onClose}
    >
      <p>
        They are no longer {bindings.map(({ subject, issuer }) => `“${subject}” at ${issuer}`).join(', ')}. The next
        person who signs in there with the verified address {user.email} is bound anew, if the server binds people by
        address.
      </p>
      <p>Their logins and tokens stay. To end those as well, use “Revoke all”.</p>
    </AskDialog>
  );
}
