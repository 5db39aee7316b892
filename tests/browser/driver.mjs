// Chromium at the command of a test: one JSON command a line on standard input, one JSON answer a line on standard output.
//
// It knows nothing of what is tested. Arguments: the folder with node_modules, the PEM file of the only certificate to
// accept, the folder for pictures.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { small } from './palette.mjs';

const [modules, certificate, pictures] = process.argv.slice(2).map((path) => resolve(path));
const load = createRequire(join(modules, 'node_modules', 'any.js'));
const { chromium } = load('playwright-core');

// The server's own key and no other: a foreign certificate fails as it would for a user.
const key = new X509Certificate(readFileSync(certificate)).publicKey.export({ type: 'spki', format: 'der' });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    `--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`,
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});
// Nothing on these pages takes longer.
const patience = 15000;
const problems = [];
let context, page;

const act = {
  // A browser of its own: no cookies, no history.
  async start({ scripts = true, dark = false, width = 1000, height = 800 }) {
    await context?.close();
    context = await browser.newContext({
      javaScriptEnabled: scripts, colorScheme: dark ? 'dark' : 'light', viewport: { width, height },
    });
    context.setDefaultTimeout(patience);
    await act.tab({});
  },
  // A further tab, which becomes the one that is worked in.
  async tab() {
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('requestfailed', (request) => problems.push(`${request.url()}: ${request.failure()?.errorText}`));
  },
  // Back to a tab that was opened earlier; the first one unless another is named.
  async turn({ tab = 0 }) { page = context.pages()[tab]; await page.bringToFront(); },
  // A browser that keeps no cookies loses them between two pages.
  async forget() { await context.clearCookies(); },
  async open({ address }) { return (await page.goto(address))?.status() ?? 0; },
  async content({ html }) { await page.setContent(html); },
  async fill({ label, value }) { await page.getByLabel(label, { exact: true }).fill(value); },
  async check({ label }) { await page.getByLabel(label, { exact: true }).check(); },
  async select({ label, index }) { await page.getByLabel(label, { exact: true }).selectOption({ index }); },
  async uncheck({ label }) { await page.getByLabel(label, { exact: true }).uncheck(); },
  // Chooses a file of that name and text.
  async upload({ label, name, text }) {
    await page.getByLabel(label, { exact: true }).setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  },
  // The new page is there when this is done.
  async press({ button, form }) {
    const where = form ? page.locator(`#${form}`) : page;
    await Promise.all([page.waitForEvent('load'), where.getByRole('button', { name: button, exact: true }).click()]);
  },
  async follow({ link }) { await Promise.all([page.waitForEvent('load'), page.getByRole('link', { name: link, exact: true }).first().click()]); },
  // A page is focused a moment after it was loaded; nobody types faster.
  async type({ text }) {
    await page.locator('input:focus, textarea:focus').waitFor();
    await page.keyboard.type(text);
  },
  async key({ name, loads = false }) {
    await Promise.all([loads ? page.waitForEvent('load') : null, page.keyboard.press(name)]);
  },
  // Waits until a text is on the page, however often it loads itself until then.
  async comes({ text }) { await page.getByText(text, { exact: true }).waitFor(); },
  async back() {
    await page.goBack().catch(async (error) => {
      // Back to what was made of a form: the browser asks whether to send that again, and here nobody says yes.
      if (!String(error).includes('ERR_CACHE_MISS')) throw error;
      await page.waitForURL('chrome-error://**');
    });
  },
  address: () => page.url(),
  title: () => page.title(),
  text: () => page.locator('main').innerText(),
  value: ({ label }) => page.getByLabel(label, { exact: true }).inputValue(),
  // What a screen reader is told.
  spoken: () => page.locator('body').ariaSnapshot(),
  // The id of the element that has the focus.
  focus: () => page.evaluate(() => document.activeElement?.id ?? ''),
  // Whether the page has to be scrolled sideways.
  wide: () => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth),
  cookies: () => context.cookies(),
  async picture({ name }) { await page.screenshot({ path: join(pictures, `${name}.png`) }); },
  // A small picture, from a text on the page downwards if one is named.
  async sketch({ path, from, width, height }) {
    const usual = page.viewportSize();
    await page.setViewportSize({ width, height });
    await page.evaluate(() => document.activeElement?.blur());
    const top = from ? await page.getByText(from, { exact: true }).first().evaluate((one) => one.getBoundingClientRect().top + window.scrollY) : 0;
    await page.evaluate((y) => window.scrollTo(0, y), Math.max(0, top - 16));
    writeFileSync(path, small(await page.screenshot()));
    await page.setViewportSize(usual);
  },
  // Opens whatever is folded away.
  async unfold() { await page.evaluate(() => { for (const one of document.querySelectorAll('details')) one.open = true; }); },
  // What the rules for accessible pages object to.
  async barriers() {
    await page.evaluate(readFileSync(load.resolve('axe-core/axe.min.js'), 'utf8'));
    const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
    return found.violations.map((rule) => `${rule.id}: ${rule.help} ${rule.nodes.map((node) => node.html).join(' ')}`);
  },
  problems: () => problems,
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...rest } = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await act[command](rest)) ?? null };
  } catch (error) {
    answer = { error: `${command} ${JSON.stringify(rest)} at ${page?.url()}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
