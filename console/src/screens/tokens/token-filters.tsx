/** The filters above the list of tokens. */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { Button } from '../../parts/button.tsx';
import { SelectField, TextField, type Option } from '../../parts/fields.tsx';
import type { Account } from '../../api/types.ts';
import { countOf, type Filters } from './filters.ts';

const KINDS: readonly Option[] = [
  { value: '', text: 'All kinds' },
  { value: 'service_token', text: 'Service tokens' },
  { value: 'personal_token', text: 'Personal tokens' },
  { value: 'access_token', text: 'Access tokens' },
];
const STATES: readonly Option[] = [
  { value: '', text: 'All states' },
  { value: 'active', text: 'Active' },
  { value: 'expired', text: 'Expired' },
  { value: 'disabled', text: 'Disabled' },
];
const EXPIRIES: readonly Option[] = [
  { value: '', text: 'Any time' },
  { value: '7', text: 'Within 7 days' },
  { value: '30', text: 'Within 30 days' },
  { value: '90', text: 'Within 90 days' },
];
const USES: readonly Option[] = [
  { value: '', text: 'Used or not' },
  { value: '7', text: 'Not for 7 days' },
  { value: '30', text: 'Not for 30 days' },
  { value: '90', text: 'Not for 90 days' },
];
const OVERLAPS: readonly Option[] = [
  { value: '', text: 'With or without' },
  { value: 'running', text: 'Still valid' },
  { value: 'used', text: 'Still in use' },
];
const SORTS: readonly Option[] = [
  { value: '-created_at', text: 'Newest first' },
  { value: 'created_at', text: 'Oldest first' },
  { value: 'name', text: 'Name' },
  { value: 'expires_at', text: 'Next to expire' },
  { value: '-last_used_at', text: 'Last used first' },
];

export type ChangeFilters = (change: Partial<Filters>) => void;

/** What is typed is sent when nobody has typed for so long. */
const TYPING_MS = 250;

export function TokenFilters(props: {
  readonly filters: Filters;
  readonly onChange: ChangeFilters;
  readonly accounts: readonly Pick<Account, 'id' | 'name'>[];
}): ReactElement {
  const { filters, onChange, accounts } = props;
  const [isFolded, setFolded] = useState(true);
  const select = (name: keyof Filters, label: string, options: readonly Option[]): ReactElement => (
    <SelectField
      label={label}
      value={filters[name]}
      options={options}
      onChange={(value) => {
        onChange({ [name]: value });
      }}
    />
  );
  const count = countOf(filters);
  return (
    <div className={isFolded ? 'filters folded' : 'filters'} role="search">
      <SearchField
        label="Search tokens"
        placeholder="Name, ID, owner or account"
        value={filters.q}
        onSearch={(q) => {
          onChange({ q });
        }}
      />
      <div className="more narrow-only">
        <Button
          onPress={() => {
            setFolded(!isFolded);
          }}
        >
          {isFolded ? `Filters and order${count > 0 ? ` (${String(count)})` : ''}` : 'Hide filters'}
        </Button>
      </div>
      {select('kind', 'Kind', KINDS)}
      {select('state', 'State', STATES)}
      {accounts.length > 1
        ? select('account_id', 'Account', [
            { value: '', text: 'All accounts' },
            ...accounts.map(({ id, name }) => ({ value: id, text: name })),
          ])
        : null}
      {select('expires', 'Expires', EXPIRIES)}
      {select('unused', 'Use', USES)}
      {select('overlap', 'Old secret', OVERLAPS)}
      {select('sort', 'Order', SORTS)}
    </div>
  );
}

/** Keeps what is typed, also when the address changes in the meantime. */
export function SearchField(props: {
  readonly label: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
  readonly placeholder?: string;
  /** One of the other filters, and not the field that the key / goes to. */
  readonly isFilter?: boolean;
}): ReactElement {
  const { value, onSearch } = props;
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const [sent, setSent] = useState<readonly string[]>([]);
  if (value !== known) {
    setKnown(value);
    const at = sent.indexOf(value);
    setSent(at < 0 ? [] : sent.slice(at + 1));
    // Of what was sent from here, they may have typed on.
    if (at < 0) setTyped(value);
  }
  const send = useRef(onSearch);
  useEffect(() => {
    send.current = onSearch;
  });
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => {
      setSent((before) => [...before, typed]);
      send.current(typed);
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, value]);
  const isFilter = props.isFilter === true;
  return (
    <TextField
      className={isFilter ? '' : 'search'}
      type={isFilter ? 'text' : 'search'}
      label={props.label}
      placeholder={props.placeholder}
      value={typed}
      onChange={setTyped}
    />
  );
}
