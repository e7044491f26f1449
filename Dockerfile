# One image for every process: the command names which (see docker-compose.yml).
FROM node:24-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends g++ make python3 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json tsconfig.json tsconfig.build.json ./
COPY shared shared
COPY bus bus
COPY adapters adapters
COPY proxy proxy
COPY scripts scripts
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY LICENSE ./
# The folders belong to this user before a volume is laid over them, so that the volumes do too.
RUN ln -s /app/dist/scripts/cli.js /usr/local/bin/tickwire && install -d -o node -g node -m 700 /data /vault
USER node
ENV NODE_ENV=production TICKWIRE_DATA_DIR=/data
VOLUME /data
EXPOSE 8765
ENTRYPOINT ["tickwire"]
CMD ["up"]
