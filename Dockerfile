# One image for every process: the command names which (see docker-compose.yml).
# By tag, so that a build gets its fixes; who needs the very same image again pins the digest: node:24-bookworm-slim@sha256:…
FROM node:24-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends g++ make python3 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json tsconfig.json tsconfig.build.json ./
COPY shared shared
COPY bus bus
COPY adapters adapters
COPY proxy proxy
COPY scripts scripts
# Only the parts that are compiled run a script of theirs; everything else is only unpacked.
RUN npm ci --ignore-scripts && npm run native && npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY LICENSE ./
# A user for each process. All share the data by one group, and only who may open accounts is in the other.
RUN groupadd --gid 990 tickwire && groupadd --gid 991 tickwire-vault \
  && useradd --uid 10000 --gid tickwire --groups tickwire-vault --no-create-home --shell /usr/sbin/nologin tickwire \
  && useradd --uid 10001 --gid tickwire --no-create-home --shell /usr/sbin/nologin tickwire-bus \
  && useradd --uid 10002 --gid tickwire --no-create-home --shell /usr/sbin/nologin tickwire-proxy \
  && useradd --uid 10003 --gid tickwire --groups tickwire-vault --no-create-home --shell /usr/sbin/nologin tickwire-adapter
# The folders are theirs before a volume is laid over them, so that the volumes are, too.
# The configuration is root's: no process can change where credentials are sent. Mount your own over it.
RUN install -d /etc/tickwire && printf '# Every setting is explained by: tickwire init\n' > /etc/tickwire/tickwire.toml \
  && ln -s /app/dist/scripts/cli.js /usr/local/bin/tickwire \
  && install -d -g tickwire -m 770 /data && install -d -g tickwire-vault -m 770 /vault /keys
USER tickwire
ENV NODE_ENV=production TICKWIRE_CONFIG=/etc/tickwire/tickwire.toml TICKWIRE_DATA_DIR=/data/tickwire TICKWIRE_GROUP=990 \
  TICKWIRE_VAULT_DIR=/vault/sealed TICKWIRE_VAULT_GROUP=991 TICKWIRE_VAULT_KEY_FILE=/keys/vault.key
VOLUME /data /vault /keys
EXPOSE 8765
ENTRYPOINT ["tickwire"]
CMD ["up"]
