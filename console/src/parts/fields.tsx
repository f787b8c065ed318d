/** Fields of forms, each with its label, a hint, and what is wrong with it right below it. */
import { useId, type ReactElement, type ReactNode } from 'react';
import {
  CheckboxButton,
  CheckboxField,
  FieldError,
  Input,
  Label,
  RadioButton,
  RadioField,
  RadioGroup,
  Text,
  TextField as AriaTextField,
} from 'react-aria-components';
import { Icon } from './icons.tsx';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  readonly fault?: string | undefined;
}

interface TextFieldProps extends FieldProps {
  readonly type?: 'text' | 'email' | 'password' | 'search' | 'datetime-local';
  readonly isRequired?: boolean;
  readonly autoComplete?: string;
  readonly autoFocus?: boolean;
  readonly placeholder?: string;
  readonly className?: string;
}

export function TextField({ label, hint, fault, className = '', placeholder, ...rest }: TextFieldProps): ReactElement {
  return (
    <AriaTextField className={`field ${className}`} isInvalid={fault !== undefined} {...rest}>
      <Label>{label}</Label>
      <Input {...(placeholder === undefined ? {} : { placeholder })} spellCheck="false" />
      {hint === undefined ? null : (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="fault">{fault}</FieldError>
    </AriaTextField>
  );
}

export interface Option {
  readonly value: string;
  readonly text: string;
}

/** The browser's own list: it fits every device. */
export function SelectField({
  label,
  value,
  onChange,
  options,
  hint,
}: FieldProps & { readonly options: readonly Option[] }): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
      {hint === undefined ? null : (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}

/** One of a few, all of which are seen. */
export function Choices({
  label,
  value,
  onChange,
  options,
  hint,
  fault,
}: FieldProps & { readonly options: readonly Option[] }): ReactElement {
  return (
    <RadioGroup className="field" value={value} onChange={onChange} isInvalid={fault !== undefined}>
      <Label className="label">{label}</Label>
      <div className="options">
        {options.map((option) => (
          <RadioField key={option.value} value={option.value}>
            <RadioButton className="option">{option.text}</RadioButton>
          </RadioField>
        ))}
      </div>
      {hint === undefined ? null : (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="fault">{fault}</FieldError>
    </RadioGroup>
  );
}

interface CheckProps {
  readonly isSelected: boolean;
  readonly isIndeterminate?: boolean;
  readonly onChange: (selected: boolean) => void;
  /** Where no text stands by it. */
  readonly label?: string;
  readonly children?: ReactNode;
}

export function Check({ label, children, isIndeterminate = false, ...rest }: CheckProps): ReactElement {
  const named = label === undefined ? {} : { 'aria-label': label };
  return (
    <CheckboxField isIndeterminate={isIndeterminate} {...rest} {...named}>
      <CheckboxButton className="check">
        <span className="box">
          {isIndeterminate ? <Icon name="minus" size={14} /> : rest.isSelected ? <Icon name="check" size={14} /> : null}
        </span>
        {children}
      </CheckboxButton>
    </CheckboxField>
  );
}
