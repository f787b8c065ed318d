/** The filters above the audit log. */
import { useCallback, useState, type ReactElement } from 'react';
import { Button } from '../../parts/button.tsx';
import { SelectField } from '../../parts/fields.tsx';
import { Icon } from '../../parts/icons.tsx';
import { useAccountChoice } from '../account-choice.ts';
import { SearchField } from '../tokens/token-filters.tsx';
import { ACTIONS, SPANS } from './filters.ts';

type Change = (part: Readonly<Record<string, string>>) => void;

/** Looks like a whole one, of either version. */
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]*:[\da-f:.]*)$/i;

export function AuditFilters(props: { readonly search: URLSearchParams; readonly onChange: Change }): ReactElement {
  const { search, onChange } = props;
  const { visible } = useAccountChoice();
  const [isFolded, setFolded] = useState(true);
  const value = (name: string): string => search.get(name) ?? '';
  const onSearch = useCallback(
    (q: string) => {
      onChange({ q });
    },
    [onChange],
  );
  const onAddress = useCallback(
    (address: string) => {
      // A part of an address is no filter.
      if (address === '' || ADDRESS.test(address)) onChange({ address });
    },
    [onChange],
  );
  const action = value('action');
  const isListed = ACTIONS.some((each) => each.value === action);
  return (
    <>
      <div className={isFolded ? 'filters folded' : 'filters'} role="search">
        <SearchField label="Search the log" value={value('q')} onSearch={onSearch} />
        <div className="more narrow-only">
          <Button
            onPress={() => {
              setFolded(!isFolded);
            }}
          >
            {isFolded ? 'Filters' : 'Hide filters'}
          </Button>
        </div>
        <SelectField
          label="About"
          value={action}
          options={isListed ? ACTIONS : [...ACTIONS, { value: action, text: action }]}
          onChange={(chosen) => {
            onChange({ action: chosen });
          }}
        />
        <SelectField
          label="When"
          value={value('hours')}
          options={SPANS}
          onChange={(hours) => {
            onChange({ hours });
          }}
        />
        {visible.length > 1 ? (
          <SelectField
            label="Account"
            value={value('account_id')}
            options={[
              { value: '', text: 'All accounts' },
              ...visible.map(({ id, name }) => ({ value: id, text: name })),
            ]}
            onChange={(chosen) => {
              onChange({ account_id: chosen });
            }}
          />
        ) : null}
        <SearchField isFilter label="From address" value={value('address')} onSearch={onAddress} />
      </div>
      <Chips search={search} onChange={onChange} />
    </>
  );
}

/** Filters that come with a link. */
function Chips(props: { readonly search: URLSearchParams; readonly onChange: Change }): ReactElement | null {
  const linked = [
    ['author_id', 'By user'],
    ['target_id', 'Target'],
  ] as const;
  const set = linked.flatMap(([name, text]) => {
    const value = props.search.get(name);
    return value ? [{ name, text, value }] : [];
  });
  if (set.length === 0) return null;
  return (
    <div className="chips">
      {set.map(({ name, text, value }) => (
        <Button
          key={name}
          onPress={() => {
            props.onChange({ [name]: '' });
          }}
        >
          {text}: <span className="mono">{value}</span>
          <Icon name="close" size={14} />
          <span className="unseen">Remove this filter</span>
        </Button>
      ))}
    </div>
  );
}
