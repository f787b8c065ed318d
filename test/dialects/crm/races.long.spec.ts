/** Requests at the same time, each race so often that a rare order comes about. */
import { races } from './race-cases.js';

races(10);
