/** Filters that come with a link and have no field of their own. */
import type { ReactElement } from 'react';
import { useResource, userPath } from '../../api/queries.ts';
import type { User } from '../../api/types.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icons.tsx';
import { countOf, type Filters } from './filters.ts';
import type { ChangeFilters } from './token-filters.tsx';

export function FilterChips(props: {
  readonly filters: Filters;
  readonly onChange: ChangeFilters;
}): ReactElement | null {
  const { filters, onChange } = props;
  if (countOf(filters) === 0) return null;
  return (
    <div className="chips">
      {filters.owner_id === '' ? null : (
        <PersonChip
          id={filters.owner_id}
          text="Owner"
          onRemove={() => {
            onChange({ owner_id: '' });
          }}
        />
      )}
      {filters.created_by === '' ? null : (
        <PersonChip
          id={filters.created_by}
          text="Created by"
          onRemove={() => {
            onChange({ created_by: '' });
          }}
        />
      )}
      <Button
        tone="plain"
        onPress={() => {
          const none = { kind: '', state: '', account_id: '', owner_id: '', created_by: '' };
          onChange({ ...none, expires: '', unused: '', overlap: '' });
        }}
      >
        Clear all filters
      </Button>
    </div>
  );
}

function PersonChip(props: {
  readonly id: string;
  readonly text: string;
  readonly onRemove: () => void;
}): ReactElement {
  const { id, text, onRemove } = props;
  const user = useResource<User>(['user', id], { method: 'GET', path: userPath(id) });
  return (
    <Button onPress={onRemove}>
      {text}: {user.data?.name ?? id}
      <Icon name="close" size={14} />
      <span className="unseen">Remove this filter</span>
    </Button>
  );
}
