/** Starts the console in its page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BASE_PATH } from './api/place.ts';
import { App } from './app/app.tsx';
import { startSession } from './app/session.ts';
import { shownBefore } from './screens/tokens/shown-secret.ts';
import './styles/base.css';
import './styles/layout.css';
import './styles/parts.css';
import './styles/table.css';

// A reload while a secret was shown does not offer to create another one.
if (shownBefore() && window.location.pathname.endsWith('/tokens/new')) {
  window.history.replaceState(null, '', `${BASE_PATH}/tokens`);
}

startSession();
const root = document.querySelector('#root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
