/** Starts the console in its page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { startSession } from './app/session.ts';
import './styles/base.css';
import './styles/layout.css';
import './styles/parts.css';
import './styles/table.css';

startSession();
const root = document.querySelector('#root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
