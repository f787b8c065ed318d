/** The frame around the screens: navigation, who is signed in, and what is going on with the connection. */
import { useCallback, useState, useSyncExternalStore, type ReactElement } from 'react';
import { NavLink, Link, Outlet, useLocation, useNavigate } from 'react-router';
import { isLive } from '../live/live-stream.ts';
import { Button } from '../parts/button.tsx';
import { SelectField } from '../parts/fields.tsx';
import { Icon, type IconName } from '../parts/icons.tsx';
import { Announcements, Toasts } from '../parts/toasts.tsx';
import { BASE_PATH } from '../api/place.ts';
import { LostSecret } from '../screens/tokens/lost-secret.tsx';
import { isServerAdministrator, useMe } from './me.ts';
import { OutageBanner } from './outage-banner.tsx';
import { signOut } from './session.ts';
import { useShortcuts } from './shortcuts.ts';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { chooseTheme, theme, type Theme } from './theme.ts';

interface Place {
  readonly to: string;
  readonly text: string;
  readonly icon: IconName;
  readonly isForAdministrators?: boolean;
}

const PLACES: readonly Place[] = [
  { to: '/', text: 'Overview', icon: 'overview' },
  { to: '/tokens', text: 'Tokens', icon: 'tokens' },
  { to: '/mine', text: 'My tokens', icon: 'mine' },
  { to: '/people', text: 'People', icon: 'people', isForAdministrators: true },
  { to: '/accounts', text: 'Accounts', icon: 'accounts' },
  { to: '/applications', text: 'Applications', icon: 'applications' },
  { to: '/audit', text: 'Audit log', icon: 'audit' },
  { to: '/server', text: 'Server', icon: 'server', isForAdministrators: true },
];

export function Shell(): ReactElement {
  const navigate = useNavigate();
  const [isHelping, setHelping] = useState(false);
  const go = useCallback((path: string) => void navigate(path), [navigate]);
  const help = useCallback(() => {
    setHelping(true);
  }, []);
  useShortcuts({ go, help });
  return (
    <div className="frame">
      <a className="skip" href="#content">
        Skip to content
      </a>
      <Side help={help} />
      <main id="content" className="content" tabIndex={-1}>
        <OutageBanner />
        <LostSecret />
        <Outlet />
      </main>
      <Announcements />
      {isHelping ? (
        <ShortcutsDialog
          onClose={() => {
            setHelping(false);
          }}
        />
      ) : null}
    </div>
  );
}

function Side({ help }: { readonly help: () => void }): ReactElement {
  const me = useMe();
  const { pathname } = useLocation();
  const [openedAt, setOpenedAt] = useState<string | undefined>();
  // Going to another screen closes it, and so does choosing the one that is shown.
  const isOpen = openedAt === pathname;
  const places = PLACES.filter(({ isForAdministrators }) => isForAdministrators !== true || isServerAdministrator(me));
  return (
    <header className="side" data-open={isOpen}>
      <div className="top">
        <Link className="brand" to="/">
          <img src={`${BASE_PATH}/icon.svg`} alt="" width="28" height="28" />
          Latchkey
        </Link>
        <Button
          tone="plain"
          className="menu-toggle"
          label={isOpen ? 'Close menu' : 'Open menu'}
          onPress={() => {
            setOpenedAt(isOpen ? undefined : pathname);
          }}
        >
          <Icon name={isOpen ? 'close' : 'menu'} />
        </Button>
      </div>
      <nav aria-label="Console">
        <ul>
          {places.map(({ to, text, icon }) => (
            <li key={to}>
              <NavLink
                to={to}
                end={to === '/'}
                onClick={() => {
                  setOpenedAt(undefined);
                }}
              >
                <Icon name={icon} />
                {text}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <Toasts />
      <Who help={help} />
    </header>
  );
}

function SignOut(): ReactElement {
  const { host } = useMe();
  const url = host?.sign_out_url ?? null;
  if (host && url === null) return <span className="soft small">Signed in by {host.name ?? 'the application'}</span>;
  const leave = (): void => {
    if (url === null) void signOut();
    else window.location.assign(url);
  };
  return (
    <Button onPress={leave}>
      <Icon name="out" size={16} /> Sign out
    </Button>
  );
}

function Who({ help }: { readonly help: () => void }): ReactElement {
  const { user } = useMe();
  const chosen = useSyncExternalStore(theme.subscribe, theme.get);
  const isOpen = useSyncExternalStore(isLive.subscribe, isLive.get);
  return (
    <div className="who">
      <div>
        <strong>{user.name}</strong>
        <div className="soft small">{user.email}</div>
      </div>
      <span className="live" data-open={isOpen}>
        {isOpen ? 'Live' : 'Not live'}
      </span>
      <SelectField
        label="Appearance"
        value={chosen}
        onChange={(value) => {
          chooseTheme(value as Theme);
        }}
        options={[
          { value: 'system', text: 'As the system' },
          { value: 'light', text: 'Light' },
          { value: 'dark', text: 'Dark' },
        ]}
      />
      <div className="row">
        <SignOut />
        <Button tone="plain" label="Keyboard shortcuts" onPress={help}>
          ?
        </Button>
      </div>
    </div>
  );
}
