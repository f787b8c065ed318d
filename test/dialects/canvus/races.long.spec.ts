/** Requests at the same time, each race so often that a rare order comes about. */
import { racesForOneToken, racesForOneUser, racesOfAdministrators } from './race-cases.js';

racesForOneToken(10);
racesForOneUser(10);
racesOfAdministrators(5);
