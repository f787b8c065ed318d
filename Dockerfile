# The server as an image. Build it in the root of the repository: docker build --tag latchkey .
# docs/operating.md says how to run it.

FROM node:24-bookworm AS build
WORKDIR /build

# Names of the packages alone first: what is installed is kept until one of these files changes.
COPY package.json package-lock.json ./
COPY bench/package.json bench/
COPY console/package.json console/
COPY examples/monolith/package.json examples/monolith/
RUN npm ci --no-audit --no-fund

COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src src
COPY console console
RUN npm run build && chmod 755 dist/main.js

# What only builds and tests need goes. Nest, TypeORM, Swagger and the drivers are peer dependencies, and stay: here, none is
# optional.
RUN npm pkg delete devDependencies workspaces peerDependenciesMeta && npm prune --no-audit --no-fund


FROM node:24-bookworm-slim
WORKDIR /app

# The program belongs to root, and its own user cannot change it.
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/package.json package.json
COPY --from=build /build/dist dist
COPY LICENSE tools/container/health-check.js ./
RUN ln -s /app/dist/main.js /usr/local/bin/latchkey && install -d -m 700 -o 1000 -g 1000 /data

# Inside of the container; who reaches it from outside is decided when it is run.
ENV NODE_ENV=production
ENV HOST=0.0.0.0
ENV PORT=3000
ENV LATCHKEY_DATA=/data
# Otherwise the log of the container would hold the administrator's password.
ENV FIRST_CREDENTIALS_FILE=/data/first-credentials.json

# As numbers, so that Kubernetes can see that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "/app/health-check.js"]
ENTRYPOINT ["latchkey"]
