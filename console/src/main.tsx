/** Starts the console in its page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BASE_PATH } from './api/place.ts';
import { App } from './app/app.tsx';
import { startSession } from './app/session.ts';
import './styles/base.css';
import './styles/layout.css';
import './styles/parts.css';
import './styles/table.css';

// Its address in the page is relative, and browsers look it up again when the address of the page has changed.
document.querySelector('link[rel="icon"]')?.setAttribute('href', `${BASE_PATH}/icon.svg`);

startSession();
const root = document.querySelector('#root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
