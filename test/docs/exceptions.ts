/** The commands of the pages that no suite of this folder runs, each with its reason. */

const SUITES = 'runs suites, including this one';
const BENCH = 'takes up to twenty minutes';
const PROXY = 'needs a proxy that is installed as a service, or is not available';
const PACKAGE = 'is run by test/package';
const TERRAFORM = 'needs Terraform and its registry; test/distribution/terraform.spec.ts sends what the file says';
const SYSTEM = 'changes the system; test/distribution has systemd check the unit';
const CONTAINER = 'needs Docker; test/distribution carries out the steps of the Dockerfile without it';
const GUARDED = 'test/proxies sends such requests to each proxy, on other ports';

/** By page and command. */
export const EXCEPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'README.md': {
    'npm ci && npm test': SUITES,
    'npm test': SUITES,
    'npm run test:long': SUITES,
    'npm run test:mounts': 'runs the suites of test/dialects and test/data-plane, minutes long',
    'npm run build': 'precedes every suite of processes; test/package runs it in a copy',
    'node dist/main.js': 'is what test/support/process.ts starts',
    'npm pack': PACKAGE,
    'npm install ./latchkey-0.1.0.tgz': 'asks the registry; test/package lays out the same files, and runs it if told',
    'npx latchkey': PACKAGE,
    'npm run bench': BENCH,
  },
  'CONTRIBUTING.md': {
    'npm ci': 'installs the packages that run this test',
    'npm test': SUITES,
    'npm run test:long': SUITES,
    'npm run test:mounts': SUITES,
    'npm run test:nodes': 'takes minutes; .ci/run runs it',
    'npm run test:hosts': 'asks the registry and builds applications, minutes long',
    'npm run build': 'is run for the README',
    'npm run check': 'precedes every run of the suites',
    'npm run format': 'writes to the repository',
    'npm run start:dev': 'runs until it is interrupted, and builds after every change',
    'npm run dev --workspace console': 'runs until it is interrupted',
    'npm run start:debug': 'runs until it is interrupted, and builds after every change',
    'npm run jest -- PATH': SUITES,
    'npm run jest -- -t NAME': SUITES,
    'npm run jest -- --watch': 'runs suites until it is interrupted',
    'npm run coverage': SUITES,
    'npx jest': SUITES,
    'npm run jest -- test/gates -u': SUITES,
    'npm run api-report': 'writes to the repository',
    'npm run settings-table': 'writes to the repository',
    'npm run create-path': 'builds first; test/gates/create-path.spec.ts counts the same files',
    'npm pack': PACKAGE,
    'npm run release-notes': 'test/package/release.spec.ts tries what it prints',
    'npm publish': 'publishes the package',
    'npm run sbom': 'test/package/release.spec.ts tries what it prints',
    'npm audit --omit=dev': 'asks the registry, whose reports change',
  },
  'bench/README.md': {
    'npm ci': 'installs the packages that run this test',
    'npm run bench': BENCH,
    'npm run bench -- --quick': BENCH,
    'npm run bench -- --only verify,issue': BENCH,
    'npx tsx bench/deletions.ts': BENCH,
  },
  'docs/api-report.md': {
    'npm run api-report': 'writes the page itself, which test/gates/api-report.spec.ts compares',
  },
  'docs/operating.md': {
    'npm ci && npm pack': PACKAGE,
    'sudo npm install --global --prefix /usr/local ./latchkey-0.1.0.tgz better-sqlite3 pg @nestjs/swagger': SYSTEM,
    'sudo install -d -m 700 /etc/latchkey': SYSTEM,
    'echo sqlite:/var/lib/latchkey/latchkey.sqlite | sudo install -m 600 /dev/stdin /etc/latchkey/database-url': SYSTEM,
    'sudo install -m 644 examples/systemd/latchkey.service /etc/systemd/system/': SYSTEM,
    'sudo systemctl enable --now latchkey': SYSTEM,
    'sudo cat /var/lib/latchkey/first-credentials.json': SYSTEM,
    'journalctl --unit latchkey': SYSTEM,
    'docker build --tag latchkey .': CONTAINER,
    'docker run --detach --name latchkey --restart unless-stopped --read-only --cap-drop ALL --volume latchkey:/data --publish 127.0.0.1:3000:3000 latchkey':
      CONTAINER,
    'docker exec latchkey cat /data/first-credentials.json': CONTAINER,
    'docker exec latchkey latchkey user list': CONTAINER,
    'cd examples/compose && ./make-secrets.sh': 'test/distribution runs it in a copy of the folder',
    'LATCHKEY_SITE=latchkey.example.com docker compose up --detach': CONTAINER,
    'docker compose exec latchkey cat /data/first-credentials.json': CONTAINER,
  },
  'docs/command-line.md': {
    'node dist/main.js': 'is what the program "latchkey" of the suite starts',
  },
  'docs/design.md': {
    'npm run build': 'is run for the README',
    'npm start': 'is run for the README',
  },
  'docs/embedding.md': {
    'npm run test:hosts': 'asks the registry and builds applications, minutes long',
    'npm install latchkey': 'npm run test:hosts installs the packed package',
    'npm install latchkey better-sqlite3 typeorm @nestjs/typeorm': 'npm run test:hosts does so',
    'npm install latchkey @nestjs/platform-fastify': 'npm run test:hosts does so',
    'npx @nestjs/cli@12 new shop': 'npm run test:hosts has what it makes',
  },
  'docs/token-patterns.md': {
    [`python3 -c 'import sys, zlib; s = sys.argv[1]; print(s[-8:] == "%08x" % zlib.crc32(s[:-8].encode()))' "$MATCH"`]:
      'is for a scanner, on a match that it found',
  },
  'docs/testing.md': {
    'npx latchkey dev': 'runs until it is interrupted; test/testing starts it with the seed of the page',
  },
  'docs/threat-model.md': {
    'npm audit': 'asks the registry, whose reports change',
  },
  'docs/several-instances.md': {
    'npx tsx bench/revocations.ts --revocations 10000':
      'takes minutes; test/instances/complete-revocation.long.spec.ts makes the same trial with fewer',
  },
  'examples/monitoring/README.md': {
    'OPERATIONS_PORT=9464 npm start': 'is run for the README; test/monitoring opens the listener',
    'prometheus --config.file examples/monitoring/prometheus.yml': 'runs until it is interrupted',
  },
  'examples/terraform/README.md': {
    'export TF_VAR_latchkey_token=$TOKEN TF_VAR_account_id=$ACCOUNT_ID': TERRAFORM,
    'terraform -chdir=examples/terraform init': TERRAFORM,
    'terraform -chdir=examples/terraform apply': TERRAFORM,
  },
  'examples/monolith/README.md': {
    'npm pack': PACKAGE,
    'npm install ../latchkey-0.1.0.tgz': PACKAGE,
    'npm run build': PACKAGE,
    'npm start': PACKAGE,
  },
  'examples/proxies/README.md': {
    'npm run test:long -- test/proxies': SUITES,
    'npm test': SUITES,
    'cp examples/proxies/nginx/latchkey.conf /etc/nginx/conf.d/ && nginx -t && systemctl reload nginx': PROXY,
    'caddy run --config examples/proxies/caddy/Caddyfile':
      'listens on fixed ports; test/proxies/caddy.long.spec.ts runs it with others in the file',
    'cp examples/proxies/haproxy/latchkey.lua examples/proxies/haproxy/haproxy.cfg /etc/haproxy/ && systemctl reload haproxy':
      PROXY,
    'cd examples/proxies/traefik && traefik --configFile=traefik.yaml': PROXY,
    'envoy -c examples/proxies/envoy/envoy.yaml': PROXY,
    'curl -i http://127.0.0.1:8000/': GUARDED,
    'curl -i -H "CF-Access-Client-Id: $CLIENT_ID" -H "CF-Access-Client-Secret: $CLIENT_SECRET" http://127.0.0.1:8000/':
      GUARDED,
    'find /run/latchkey-verify -type f -delete': 'needs the cache of an nginx that is installed as a service',
  },
};
