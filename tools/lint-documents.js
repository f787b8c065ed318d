/** Lints OpenAPI documents by the recommended rules of Redocly and Spectral: names and documents as JSON on standard input. */
import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectral from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';

/** Of a result of Spectral. */
const ERROR = 0;

const documents = Object.entries(JSON.parse(readFileSync(0, 'utf8')));

const config = await createConfig({
  extends: ['recommended'],
  // The suite of the documents checks every example, by a validator that is many times as fast.
  rules: { 'no-invalid-media-type-examples': 'off', 'no-invalid-parameter-examples': 'off' },
});
const linter = new spectral.Spectral();
linter.setRuleset({
  extends: [[rulesets.oas, 'recommended']],
  rules: { 'oas3-valid-media-example': 'off', 'oas3-valid-schema-example': 'off', 'oas2-valid-media-example': 'off' },
});

const errors = [];
const warnings = [];
for (const [name, document] of documents) {
  const source = JSON.stringify(document);
  for (const { severity, ruleId, message, location } of await lintFromString({
    source,
    absoluteRef: `${name}.json`,
    config,
  })) {
    (severity === 'error' ? errors : warnings).push(
      `${name}: Redocly ${ruleId}: ${message} (${location[0]?.pointer ?? ''})`,
    );
  }
  for (const { severity, code, message, path } of await linter.run(document)) {
    (severity === ERROR ? errors : warnings).push(`${name}: Spectral ${code}: ${message} (${path.join('/')})`);
  }
}
process.stdout.write(JSON.stringify({ errors, warnings }));
