// node's `strong-soap` against a running server, through the WSDLs it serves.
//
// Arguments: base address, file with the server's certificate. Prints a line for each thing that worked, first with
// basic authentication and then with the session cookie of AuthenticationAdmin; the test that starts it compares them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { createRequire } from "node:module";

const soap = createRequire(`${process.cwd()}/target/interop/node/`)("strong-soap").soap;

const [base, certificate] = process.argv.slice(2);
const pem = readFileSync(certificate, "ascii");
const GIVEN_NAME = "http://wso2.org/claims/givenname";
const EMAIL = "http://wso2.org/claims/emailaddress";
const OPTION = "Recovery.AdminPasswordReset.OTP";

const list = (value) => [value ?? []].flat();
const trusting = { ca: pem };

/**
 * A client whose operations take their arguments and answer what is in the response. Without a port's name they go to
 * the last one, that of SOAP 1.2.
 */
async function client(service, security, port) {
  const found = await new Promise((resolve, reject) => soap.createClient(
    `${base}/services/${service}?wsdl`, { wsdl_options: trusting, attributesKey: "attributes" },
    (error, made) => (error ? reject(error) : resolve(made))));
  // What it accepts otherwise names application/xml, and as from the original that answer has no envelope.
  found.addHttpHeader("Accept", "application/soap+xml, text/xml");
  found.setSecurity(security ?? new soap.ClientSSLSecurity(undefined, undefined, trusting));
  const operations = port ? found[service][port] : found;
  const call = async (operation, args = {}) => {
    const { result } = await operations[operation](args);
    return plain(result)?.return;
  };
  // This client leaves the wrapper of an operation that returns nothing to its user.
  const tell = (operation, args) => call(operation, { [operation]: args });
  return Object.assign(call, { tell, headers: () => found.lastResponseHeaders });
}

/** Each answers a function from a service's name to its client. */
const signIns = {
  basic: async (user, password) => (service, port) =>
    client(service, new soap.BasicAuthSecurity(user, password, trusting), port),
  cookie: async (user, password) => {
    const authentication = await client("AuthenticationAdmin");
    assert.equal(await authentication("login", { username: user, password, remoteAddress: "127.0.0.1" }), true);
    const session = authentication.headers();
    return (service, port) => client(service, new soap.security.CookieSecurity(session, trusting), port);
  },
};

/** What was read, without the attributes that are kept beside the elements. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const rest = Object.entries(value).filter(([name]) => name !== "attributes");
  return Object.fromEntries(rest.map(([name, one]) => [name, plain(one)]));
}

async function profile(as, way) {
  const profiles = await as("UserProfileMgtService");
  const value = `Tömás <&> 湯 ${way}`;
  await profiles.tell("setUserProfile", {
    username: "tom",
    profile: { fieldValues: [{ claimUri: GIVEN_NAME, fieldValue: value }], profileName: "default" },
  });
  const read = await profiles("getUserProfile", { username: "tom", profileName: "default" });
  assert.equal(read.fieldValues.find((one) => one.claimUri === GIVEN_NAME).fieldValue, value);
  const eleven = await as("UserProfileMgtService", "UserProfileMgtServiceHttpsSoap11Endpoint");
  assert.deepEqual(await eleven("getUserProfile", { username: "tom", profileName: "default" }), read);
}

async function usersAndRoles(as, way) {
  const users = await as("RemoteUserStoreManagerService");
  const [user, role] = [`zoe.${way}`, `staff.${way}`];
  await users.tell("addUser", {
    userName: user, credential: "Zoe@1234", claims: [{ claimURI: EMAIL, value: "zoe@example.org" }],
    profileName: "default", requirePasswordChange: false,
  });
  await users.tell("addRole", {
    roleName: role, userList: [user], permissions: [{ action: "ui.execute", resourceId: "/permission/admin/login" }],
  });
  const roles = list(await users("getRoleListOfUser", { userName: user }));
  assert.ok(roles.includes(role), roles);
  const listed = list(await users("listUsers", { filter: "zoe*", maxItemLimit: 10 }));
  assert.ok(listed.includes(user), listed);
}

async function identityProvider(as, way) {
  const providers = await as("IdentityProviderMgtService");
  const name = `${way}-partner`;
  const encoded = pem.replace(/-----.*?-----|\s/g, "");
  await providers.tell("addIdP", { identityProvider: {
    certificate: encoded,
    claimConfig: {
      claimMappings: [{ localClaim: { claimUri: EMAIL }, remoteClaim: { claimUri: "mail" } }],
      idpClaims: [{ claimUri: "mail" }], localClaimDialect: false, userClaimURI: "mail",
    },
    identityProviderName: name,
    permissionAndRoleConfig: {
      idpRoles: ["staff"],
      roleMappings: [{ localRole: { localRoleName: `staff.${way}`, userStoreId: "PRIMARY" }, remoteRole: "staff" }],
    },
  } });
  const read = () => providers("getIdPByName", { idPName: name });
  const found = await read();
  assert.equal(found.certificate, encoded);
  const [mapping] = list(found.claimConfig.claimMappings);
  assert.deepEqual([mapping.localClaim.claimUri, mapping.remoteClaim.claimUri], [EMAIL, "mail"]);
  const [role] = list(found.permissionAndRoleConfig.roleMappings);
  assert.deepEqual([role.localRole.localRoleName, role.remoteRole], [`staff.${way}`, "staff"]);
  await providers.tell("updateIdP", {
    oldIdPName: name, identityProvider: { ...found, identityProviderDescription: "changed" },
  });
  const again = await read();
  assert.deepEqual([again.identityProviderDescription, again.certificate], ["changed", encoded]);
  await providers.tell("deleteIdP", { idPName: name });
  const left = list(await providers("getAllIdPs"));
  assert.ok(!left.some((one) => one.identityProviderName === name), left);
}

async function residentOptions(as, way) {
  const providers = await as("IdentityProviderMgtService");
  const read = () => providers("getResidentIdP");
  const option = (provider) => provider.idpProperties.find((one) => one.name === OPTION);
  const resident = await read();
  option(resident).value = way === "basic" ? "true" : "false";
  await providers.tell("updateResidentIdP", { identityProvider: resident });
  assert.equal(option(await read()).value, option(resident).value);
}

async function mailTemplate(as, way) {
  const mails = await as("I18nEmailMgtConfigService");
  const template = async () => list(await mails("getAllTemplatesForTenant"))
    .find((one) => one.templateType === "passwordreset" && one.locale === "en_US");
  const changed = { ...(await template()), subject: `Your new password, ${way}` };
  await mails.tell("saveEmailTemplate", { emailTemplate: changed });
  assert.equal((await template()).subject, changed.subject);
}

async function refusal(call) {
  const error = await call.then(() => assert.fail("no fault"), (refused) => refused);
  assert.ok(error.root, error);
  const { Code, Reason, Detail } = error.root.Envelope.Body.Fault;
  return { code: Code.Value, text: Reason.Text.$value, detail: Detail };
}

async function typedFault(as) {
  const profiles = await as("UserProfileMgtService");
  const refused = await refusal(profiles("getUserProfile", { username: "admin", profileName: "default" }));
  assert.equal(refused.text, "You are not authorized to perform this action.");
  assert.ok("UserProfileException" in refused.detail.UserProfileMgtServiceUserProfileException, refused.detail);
}

async function wrongPassword(way) {
  if (way === "cookie") {
    const authentication = await client("AuthenticationAdmin");
    const login = { username: "admin", password: "wrong", remoteAddress: "127.0.0.1" };
    assert.equal(await authentication("login", login), false);
    return;
  }
  const profiles = await (await signIns.basic("admin", "wrong"))("UserProfileMgtService");
  const refused = await refusal(profiles("isReadOnlyUserStore"));
  assert.match(refused.code, /:50977$/);
  assert.match(refused.text, /Invalid credentials provided/);
}

for (const way of ["basic", "cookie"]) {
  const admin = await signIns[way]("admin", "admin");
  const tom = await signIns[way]("tom", "Tom@1234");
  for (const [name, task] of [
    ["profile", () => profile(admin, way)],
    ["users and roles", () => usersAndRoles(admin, way)],
    ["identity provider", () => identityProvider(admin, way)],
    ["resident options", () => residentOptions(admin, way)],
    ["mail template", () => mailTemplate(admin, way)],
    ["typed fault", () => typedFault(tom)],
    ["wrong password", () => wrongPassword(way)],
  ]) {
    await task();
    console.log(`${way}: ${name}`);
  }
}
