/** Creates a token. What is chosen at first can be given in the address. */
import type { ReactElement } from 'react';
import { useAction } from '../../api/action.ts';
import type { Call } from '../../api/call.ts';
import { useResource } from '../../api/queries.ts';
import type { IssuedToken, Page, User } from '../../api/types.ts';
import { isServerAdministrator, useMe } from '../../app/me.ts';
import { ActionDialog } from '../../parts/dialog.tsx';
import { Choices, SelectField, TextField } from '../../parts/fields.tsx';
import { useKept } from '../../parts/kept.ts';
import { useAccountChoice } from '../account-choice.ts';
import { ExpiryFields } from './change-dialogs.tsx';
import { ScopesField, scopesIn } from './scopes-field.tsx';
import { DEFAULT_EXPIRY, EXPIRIES, expiryBody, fieldIn } from './expiry.ts';

type Kind = 'service_token' | 'personal_token';

interface CreateDialogProps {
  readonly prefilled: URLSearchParams;
  readonly onClose: () => void;
  readonly onCreated: (issued: IssuedToken) => void;
}

interface Form {
  readonly kind: Kind;
  readonly account: string;
  readonly owner: string;
  readonly name: string;
  readonly scopes: string;
  readonly expiry: string;
  readonly date: string;
}

function prefilledForm(prefilled: URLSearchParams, canService: boolean): Form {
  const expiry = prefilled.get('expires') ?? '';
  return {
    kind: prefilled.get('kind') === 'personal_token' || !canService ? 'personal_token' : 'service_token',
    account: prefilled.get('account_id') ?? '',
    owner: prefilled.get('owner_id') ?? '',
    name: prefilled.get('name') ?? '',
    scopes: prefilled.get('scopes') ?? '',
    expiry: EXPIRIES.some(({ value }) => value === expiry) ? expiry : DEFAULT_EXPIRY,
    date: fieldIn(30),
  };
}

function bodyOf(form: Form, accountId: string, ownId: string): Readonly<Record<string, unknown>> {
  const { kind, owner, name, expiry, date } = form;
  const ofPerson = owner === '' || owner === ownId ? {} : { owner_id: owner };
  const scopes = scopesIn(form.scopes);
  return {
    kind,
    ...(kind === 'service_token' ? { account_id: accountId } : ofPerson),
    name: name.trim(),
    ...(scopes && { scopes }),
    ...expiryBody(expiry, date),
  };
}

export function CreateDialog({ prefilled, onClose, onCreated }: CreateDialogProps): ReactElement {
  const me = useMe();
  const { accounts, isComplete } = useAccountChoice();
  const canService = isServerAdministrator(me) || me.accounts.some(({ role }) => role === 'administrator');
  const [form, setForm] = useKept('new token', () => prefilledForm(prefilled, canService));
  const action = useAction();
  const accountId = form.account === '' ? (accounts[0]?.id ?? '') : form.account;
  const change = (part: Partial<Form>): void => {
    setForm({ ...form, ...part });
  };
  const body = bodyOf(form, accountId, me.user.id);
  const call: Call = { method: 'POST', path: '/tokens', body };
  const confirm = async (): Promise<void> => {
    const result = await action.run<IssuedToken>(call);
    if (result) onCreated(result.answer);
  };
  return (
    <ActionDialog
      title="Create a token"
      call={call}
      confirm="Create"
      isPending={action.isPending}
      isDisabled={form.name.trim() === ''}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <TextField
        label="Name"
        autoFocus
        value={form.name}
        onChange={(name) => {
          change({ name });
        }}
        hint="What uses it, such as “Deploy to production”."
        fault={action.problem?.fieldProblem('name')}
      />
      {canService ? (
        <KindField
          kind={form.kind}
          onChange={(kind) => {
            change({ kind });
          }}
        />
      ) : null}
      {form.kind === 'service_token' ? (
        <SelectField
          label="Account"
          value={accountId}
          onChange={(account) => {
            change({ account });
          }}
          options={accounts.map(({ id, name }) => ({ value: id, text: name }))}
          {...(isComplete ? {} : { hint: 'The first 200 accounts. For another one, begin on its page.' })}
        />
      ) : isServerAdministrator(me) ? (
        <OwnerField
          value={form.owner === '' ? me.user.id : form.owner}
          onChange={(owner) => {
            change({ owner });
          }}
        />
      ) : null}
      <ScopesField
        value={form.scopes}
        onChange={(typed) => {
          change({ scopes: typed });
        }}
        fault={action.problem?.fieldProblem('scopes')}
      />
      <ExpiryFields
        chosen={form.expiry}
        onChoose={(expiry) => {
          change({ expiry });
        }}
        date={form.date}
        onDate={(date) => {
          change({ date });
        }}
        fault={action.problem?.fieldProblem('expires_at') ?? action.problem?.fieldProblem('duration')}
      />
    </ActionDialog>
  );
}

function KindField(props: { readonly kind: Kind; readonly onChange: (kind: Kind) => void }): ReactElement {
  return (
    <Choices
      label="Kind"
      value={props.kind}
      onChange={(kind) => {
        props.onChange(kind as Kind);
      }}
      options={[
        { value: 'service_token', text: 'Service token' },
        { value: 'personal_token', text: 'Personal token' },
      ]}
      hint={
        props.kind === 'service_token'
          ? 'For a program, with a client id and a secret. It belongs to an account, and stays when people go.'
          : 'It acts as a person, with their rights.'
      }
    />
  );
}

function OwnerField(props: { readonly value: string; readonly onChange: (id: string) => void }): ReactElement {
  const { user } = useMe();
  const call: Call = { method: 'GET', path: '/users', query: { limit: 200, state: 'active', sort: 'name' } };
  const users = useResource<Page<User>>(['users', 'choice'], call);
  const others = users.data?.items.filter(({ id }) => id !== user.id) ?? [];
  const known = [user, ...others];
  const options = known.map(({ id, name, email }) => ({
    value: id,
    text: id === user.id ? `${name} (you)` : `${name}, ${email}`,
  }));
  const isKnown = options.some(({ value }) => value === props.value);
  return (
    <SelectField
      label="Owner"
      value={props.value}
      onChange={props.onChange}
      options={isKnown ? options : [{ value: props.value, text: `User ${props.value}` }, ...options]}
    />
  );
}
