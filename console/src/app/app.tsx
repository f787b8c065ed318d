/** The whole console: the sign-in page, or the screens for whoever is signed in. */
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore, type ReactElement } from 'react';
import { createBrowserRouter, Outlet, RouterProvider, useRouteError } from 'react-router';
import { BASE_PATH } from '../api/place.ts';
import { messageOf } from '../api/problem.ts';
import { follow } from '../live/live-stream.ts';
import { Button } from '../parts/button.tsx';
import { Empty, Message } from '../parts/message.tsx';
import { Page } from '../parts/page.tsx';
import { AccountScreen } from '../screens/accounts/account-screen.tsx';
import { AccountsScreen } from '../screens/accounts/accounts-screen.tsx';
import { ApplicationsScreen } from '../screens/applications-screen.tsx';
import { AuditScreen } from '../screens/audit/audit-screen.tsx';
import { MineScreen } from '../screens/mine-screen.tsx';
import { Overview } from '../screens/overview.tsx';
import { PeopleScreen } from '../screens/people/people-screen.tsx';
import { PersonScreen } from '../screens/people/person-screen.tsx';
import { ServerScreen } from '../screens/server-screen.tsx';
import { SignIn } from '../screens/sign-in.tsx';
import { TokenScreen } from '../screens/tokens/token-screen.tsx';
import { TokensScreen } from '../screens/tokens/tokens-screen.tsx';
import { MeProvider, isServerAdministrator, useMe } from './me.ts';
import { OutageBanner } from './outage-banner.tsx';
import { lookAgain, queryClient, session } from './session.ts';
import { Shell } from './shell.tsx';

const router = createBrowserRouter(
  [
    {
      element: <Shell />,
      errorElement: <Broken />,
      children: [
        { path: '/', element: <Overview /> },
        { path: '/tokens', element: <TokensScreen /> },
        { path: '/tokens/new', element: <TokensScreen isCreating /> },
        { path: '/tokens/:id', element: <TokenScreen /> },
        { path: '/mine', element: <MineScreen /> },
        { path: '/accounts', element: <AccountsScreen /> },
        { path: '/accounts/:id', element: <AccountScreen /> },
        { path: '/applications', element: <ApplicationsScreen /> },
        { path: '/audit', element: <AuditScreen /> },
        {
          element: <ForAdministrators />,
          children: [
            { path: '/people', element: <PeopleScreen /> },
            { path: '/people/:id', element: <PersonScreen /> },
            { path: '/server', element: <ServerScreen /> },
          ],
        },
        { path: '*', element: <Unknown /> },
      ],
    },
  ],
  { basename: BASE_PATH === '' ? '/' : BASE_PATH },
);

export function App(): ReactElement {
  const current = useSyncExternalStore(session.subscribe, session.get);
  const keepaliveSeconds = current.status === 'in' ? current.me.server.events_keepalive_seconds : undefined;
  useEffect(() => {
    if (keepaliveSeconds === undefined) return undefined;
    const keepaliveMs = keepaliveSeconds * 1000;
    return follow({ client: queryClient, interrupted: () => void lookAgain(), keepaliveMs });
  }, [keepaliveSeconds]);
  if (current.status === 'unknown') {
    return (
      <main className="sign-in">
        <OutageBanner />
        <p className="soft" role="status">
          Loading…
        </p>
      </main>
    );
  }
  if (current.status === 'out') return <SignIn hasEnded={current.hasEnded} />;
  return (
    <MeProvider value={current.me}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MeProvider>
  );
}

/** For screens of which others see nothing, so that the server is not asked in vain. */
function ForAdministrators(): ReactElement {
  if (isServerAdministrator(useMe())) return <Outlet />;
  return (
    <Page title="Not for you">
      <Empty>Only administrators of the server see this page. Ask one of them.</Empty>
    </Page>
  );
}

function Unknown(): ReactElement {
  return (
    <Page title="Not found">
      <Empty>There is no such page.</Empty>
    </Page>
  );
}

/** A fault of the console itself. */
function Broken(): ReactElement {
  const error = useRouteError();
  return (
    <main className="sign-in">
      <Message tone="bad" isAlert>
        <span>The console has failed: {messageOf(error)}</span>
        <Button
          onPress={() => {
            window.location.reload();
          }}
        >
          Reload
        </Button>
      </Message>
    </main>
  );
}
