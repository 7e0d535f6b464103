/**
 * Credentials, made from the documented form of each. Prefixes are put together at run time: no line here looks like a secret.
 */

import { ALPHANUMERIC, BASE64, BASE64URL, DIGITS, type Dice, HEX, UPPER } from "./dice.js";
import { anywhere, type PlantClass, placed } from "./plant.js";

const join = (...parts: string[]) => parts.join("");
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const base64url = (text: string) => Buffer.from(text).toString("base64url");

/** A class whose members are a prefix and characters of an alphabet. */
function prefixed(name: string, source: string, make: (dice: Dice) => string): PlantClass {
  return { name, source, make: (dice) => anywhere(dice, make(dice)) };
}

const cloud: PlantClass[] = [
  prefixed("aws-access-key-id", "AWS IAM, unique identifiers", (d) => join("AK", "IA", d.text(`${UPPER}234567`, 16))),
  {
    name: "aws-secret-access-key",
    source: "AWS IAM, access keys: 40 characters",
    make: (d) =>
      placed(
        d,
        [
          "aws_secret_access_key = §",
          'export AWS_SECRET_ACCESS_KEY="§"',
          '{"SecretAccessKey": "§"}',
          "AWS_SECRET_ACCESS_KEY=§",
        ],
        d.text(BASE64, 40),
      ),
  },
  prefixed("google-api-key", "Google Cloud, API keys", (d) => join("AI", "za", "Sy", d.text(BASE64URL, 33))),
  prefixed("google-oauth-client-secret", "Google Identity, OAuth 2.0", (d) =>
    join("GOC", "SPX-", d.text(BASE64URL, 28)),
  ),
  prefixed("google-oauth-access-token", "Google Identity, token types", (d) =>
    join("ya", "29.", d.text(BASE64URL, 120)),
  ),
  {
    name: "azure-storage-key",
    source: "Azure Storage, connection strings: 64 bytes in base64",
    make: (d) =>
      placed(
        d,
        [
          "DefaultEndpointsProtocol=https;AccountName=builds;AccountKey=§;EndpointSuffix=core.windows.net",
          "AccountKey=§",
          'AZURE_STORAGE_KEY="§"',
        ],
        base64(d.bytes(64)),
      ),
  },
  prefixed("azure-client-secret", "Microsoft Entra, client secrets", (d) =>
    join(d.text(ALPHANUMERIC, 3), d.pick(["7", "8"]), "Q~", d.text(`${ALPHANUMERIC}_-.~`, 33), d.text(ALPHANUMERIC, 1)),
  ),
];

const forges: PlantClass[] = [
  prefixed("github-token", "GitHub, token formats", (d) =>
    join("gh", d.pick(["p", "o", "u", "s", "r"]), "_", d.text(ALPHANUMERIC, 36)),
  ),
  prefixed("github-fine-grained-token", "GitHub, fine-grained tokens", (d) =>
    join("github", "_pat_", d.text(ALPHANUMERIC, 22), "_", d.text(ALPHANUMERIC, 59)),
  ),
  prefixed("gitlab-token", "GitLab, token prefixes", (d) =>
    join("gl", d.pick(["pat", "dt", "rt", "ptt", "oas"]), "-", d.text(BASE64URL, 20)),
  ),
  prefixed("npm-token", "npm, access tokens", (d) => join("np", "m_", d.text(ALPHANUMERIC, 36))),
  prefixed("pypi-token", "PyPI, API tokens (macaroons)", (d) =>
    join("py", "pi-", "AgEIcHlwaS5vcmc", d.text(BASE64URL, 150)),
  ),
];

const services: PlantClass[] = [
  prefixed("slack-token", "Slack, token types", (d) =>
    join(
      "xo",
      d.pick(["xb", "xp"]),
      "-",
      d.text(DIGITS.slice(1), 12),
      "-",
      d.text(DIGITS.slice(1), 13),
      "-",
      d.text(ALPHANUMERIC, 24),
    ),
  ),
  prefixed("slack-webhook", "Slack, incoming webhooks", (d) =>
    join(
      "https://hooks.",
      "slack.com/services/T",
      d.text(UPPER, 8),
      "/B",
      d.text(UPPER, 9),
      "/",
      d.text(ALPHANUMERIC, 24),
    ),
  ),
  prefixed("stripe-key", "Stripe, API keys", (d) => join(d.pick(["sk", "rk"]), "_li", "ve_", d.text(ALPHANUMERIC, 24))),
  prefixed("openai-key", "OpenAI, project keys", (d) =>
    join("sk-", "proj-", d.text(BASE64URL, 74), "T3Blbk", "FJ", d.text(BASE64URL, 74)),
  ),
  prefixed("anthropic-key", "Anthropic, API keys", (d) => join("sk-", "ant-", "api03-", d.text(BASE64URL, 93), "AA")),
  prefixed("sendgrid-key", "SendGrid, API keys", (d) =>
    join("S", "G.", d.text(BASE64URL, 22), ".", d.text(BASE64URL, 43)),
  ),
  prefixed("twilio-api-key", "Twilio, API keys: SK and 32 hexadecimal digits", (d) => join("S", "K", d.text(HEX, 32))),
  {
    name: "twilio-auth-token",
    source: "Twilio, auth tokens: 32 hexadecimal digits",
    make: (d) => placed(d, ["TWILIO_AUTH_TOKEN=§", 'twilio_auth_token: "§"', 'authToken = "§"'], d.text(HEX, 32)),
  },
  {
    name: "json-web-token",
    source: "RFC 7519",
    make: (d) => {
      const header = base64url(JSON.stringify({ alg: "HS256", typ: "JWT" }));
      const claims = base64url(JSON.stringify({ sub: d.text(DIGITS, 10), iat: 1_700_000_000 + d.below(1_000_000) }));
      return anywhere(d, `${header}.${claims}.${d.text(BASE64URL, 43)}`);
    },
  },
];

const WORDS = ["correct", "horse", "battery", "staple", "winter", "Orchid", "lantern", "Quartz"];
const password = (d: Dice) => join(d.pick(WORDS), d.pick(["-", "_", "!", "."]), d.pick(WORDS), d.text(DIGITS, 3));
const urlPassword = (d: Dice) => join(d.text(ALPHANUMERIC, 4), d.pick(["-", "_"]), d.text(ALPHANUMERIC, 10));

const generic: PlantClass[] = [
  {
    name: "basic-auth-url",
    source: "RFC 3986, userinfo",
    make: (d) =>
      placed(
        d,
        ["git clone https://deploy:§@git.internal.test/app.git", "fetch https://ci:§@files.internal.test/a"],
        urlPassword(d),
      ),
  },
  {
    name: "basic-auth-header",
    source: "RFC 7617",
    make: (d) =>
      placed(
        d,
        ["Authorization: Basic §", 'curl -H "Authorization: Basic §" https://api.internal.test'],
        base64(Buffer.from(`ci:${urlPassword(d)}`)),
      ),
  },
  {
    name: "database-url",
    source: "PostgreSQL, MySQL, MongoDB, Redis: connection URIs",
    make: (d) =>
      placed(
        d,
        [
          "DATABASE_URL=postgres://app:§@db.internal.test:5432/app",
          "mysql://root:§@mysql.internal.test/shop",
          "mongodb+srv://svc:§@cluster0.internal.test/?retryWrites=true",
          "redis://:§@cache.internal.test:6379/0",
          "amqp://worker:§@queue.internal.test:5672/",
        ],
        urlPassword(d),
      ),
  },
  {
    name: "password-assignment",
    source: "common configuration files",
    make: (d) =>
      placed(
        d,
        [
          "password = §",
          'PASSWORD="§"',
          "db_password: §",
          'const settings = { user: "app", password: "§" };',
          "SMTP_PASSWORD=§",
          "spring.datasource.password=§",
          "passwd: '§'",
        ],
        password(d),
      ),
  },
  {
    name: "secret-assignment",
    source: "common configuration files",
    make: (d) =>
      placed(
        d,
        [
          'client_secret: "§"',
          "API_KEY=§",
          'apiKey: "§"',
          "SECRET_KEY = '§'",
          "access_token=§",
          'export SESSION_SECRET="§"',
        ],
        d.text(ALPHANUMERIC, 32),
      ),
  },
  {
    name: "bearer-header",
    source: "RFC 6750",
    make: (d) =>
      placed(d, ["Authorization: Bearer §", 'headers: { Authorization: "Bearer §" }'], d.text(BASE64URL, 40)),
  },
];

/** A block over lines, RFC 7468: what is in it is noise of a key's length. */
function pem(dice: Dice, label: string, bytes: number): string {
  const lines = base64(dice.bytes(bytes)).match(/.{1,64}/g) as string[];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join("\n");
}

const keys: PlantClass[] = [
  "RSA PRIVATE KEY",
  "EC PRIVATE KEY",
  "PRIVATE KEY",
  "OPENSSH PRIVATE KEY",
  "ENCRYPTED PRIVATE KEY",
].map((label) => ({
  name: `pem-${label.toLowerCase().replaceAll(" ", "-")}`,
  source: "RFC 7468; OpenSSH PROTOCOL.key",
  make: (dice: Dice) =>
    placed(
      dice,
      ["§", "The key of the runner:\n\n§\n\nDon't share it.", "tls:\n  key: |\n§\n  port: 443"],
      pem(dice, label, 300),
    ),
}));

/** All classes of credentials. */
export const secretClasses: readonly PlantClass[] = [...cloud, ...forges, ...services, ...generic, ...keys];
