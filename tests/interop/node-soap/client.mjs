// node's `soap` against a running server, through the WSDLs it serves.
//
// Arguments: base address, file with the server's certificate. Prints a line for each thing that worked, first with
// basic authentication and then with the session cookie of AuthenticationAdmin; the test that starts it compares them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { createRequire } from "node:module";

const soap = createRequire(`${process.cwd()}/target/interop/node/`)("soap");

const [base, certificate] = process.argv.slice(2);
const pem = readFileSync(certificate, "ascii");
const GIVEN_NAME = "http://wso2.org/claims/givenname";
const EMAIL = "http://wso2.org/claims/emailaddress";
const OPTION = "Recovery.AdminPasswordReset.OTP";

const list = (value) => [value ?? []].flat();
const trusting = { httpsAgent: new Agent({ ca: pem }) };

async function client(service, signIn) {
  const found = await soap.createClientAsync(`${base}/services/${service}?wsdl`, { wsdl_options: trusting });
  found.addHttpHeader("Accept", "text/xml");
  signIn(found);
  return found;
}

/** Each answers a function from a service's name to its client. */
const signIns = {
  basic: async (user, password) => (service) =>
    client(service, (one) => one.setSecurity(new soap.BasicAuthSecurity(user, password, trusting))),
  cookie: async (user, password) => {
    const authentication = await client("AuthenticationAdmin", () => {});
    const [answer] = await authentication.loginAsync(
      { username: user, password, remoteAddress: "127.0.0.1" }, trusting);
    assert.equal(answer.return, true);
    const cookie = authentication.lastResponseHeaders["set-cookie"][0].split(";")[0];
    return (service) => client(service, (one) => one.setSecurity({
      addOptions: (options) => Object.assign(options, trusting),
      addHeaders: (headers) => Object.assign(headers, { Cookie: cookie }),
      toXML: () => "",
    }));
  },
};

async function profile(as, way) {
  const profiles = await as("UserProfileMgtService");
  const value = `Tömás <&> 湯 ${way}`;
  await profiles.setUserProfileAsync({
    username: "tom",
    profile: { fieldValues: [{ claimUri: GIVEN_NAME, fieldValue: value }], profileName: "default" },
  });
  const [read] = await profiles.getUserProfileAsync({ username: "tom", profileName: "default" });
  const found = read.return.fieldValues.find((one) => one.claimUri === GIVEN_NAME);
  assert.equal(found.fieldValue, value);
  // As from the original: what this client accepts unless told otherwise names application/xml, and that answer has
  // no envelope.
  const Accept = "text/html,application/xhtml+xml,application/xml,text/xml;q=0.9,*/*;q=0.8";
  const [bare] = await profiles.getUserProfileAsync({ username: "tom", profileName: "default" }, {}, { Accept });
  assert.deepEqual(bare.getUserProfileResponse.return, read.return);
}

async function usersAndRoles(as, way) {
  const users = await as("RemoteUserStoreManagerService");
  const [user, role] = [`zoe.${way}`, `staff.${way}`];
  await users.addUserAsync({
    userName: user, credential: "Zoe@1234", claims: [{ claimURI: EMAIL, value: "zoe@example.org" }],
    profileName: "default", requirePasswordChange: false,
  });
  await users.addRoleAsync({
    roleName: role, userList: [user], permissions: [{ action: "ui.execute", resourceId: "/permission/admin/login" }],
  });
  const [roles] = await users.getRoleListOfUserAsync({ userName: user });
  assert.ok(list(roles.return).includes(role), roles);
  const [listed] = await users.listUsersAsync({ filter: "zoe*", maxItemLimit: 10 });
  assert.ok(list(listed.return).includes(user), listed);
}

async function identityProvider(as, way) {
  const providers = await as("IdentityProviderMgtService");
  const name = `${way}-partner`;
  const encoded = pem.replace(/-----.*?-----|\s/g, "");
  await providers.addIdPAsync({ identityProvider: {
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
  const read = async () => (await providers.getIdPByNameAsync({ idPName: name }))[0].return;
  const found = await read();
  assert.equal(found.certificate, encoded);
  const [mapping] = list(found.claimConfig.claimMappings);
  assert.deepEqual([mapping.localClaim.claimUri, mapping.remoteClaim.claimUri], [EMAIL, "mail"]);
  const [role] = list(found.permissionAndRoleConfig.roleMappings);
  assert.deepEqual([role.localRole.localRoleName, role.remoteRole], [`staff.${way}`, "staff"]);
  await providers.updateIdPAsync({
    oldIdPName: name, identityProvider: { ...found, identityProviderDescription: "changed" },
  });
  const again = await read();
  assert.deepEqual([again.identityProviderDescription, again.certificate], ["changed", encoded]);
  await providers.deleteIdPAsync({ idPName: name });
  const [left] = await providers.getAllIdPsAsync({});
  assert.ok(!list(left?.return).some((one) => one.identityProviderName === name), left);
}

async function residentOptions(as, way) {
  const providers = await as("IdentityProviderMgtService");
  const read = async () => (await providers.getResidentIdPAsync({}))[0].return;
  const option = (provider) => provider.idpProperties.find((one) => one.name === OPTION);
  const resident = await read();
  option(resident).value = way === "basic" ? "true" : "false";
  await providers.updateResidentIdPAsync({ identityProvider: resident });
  assert.equal(option(await read()).value, option(resident).value);
}

async function mailTemplate(as, way) {
  const mails = await as("I18nEmailMgtConfigService");
  const template = async () => list((await mails.getAllTemplatesForTenantAsync({}))[0].return)
    .find((one) => one.templateType === "passwordreset" && one.locale === "en_US");
  const changed = { ...await template(), subject: `Your new password, ${way}` };
  await mails.saveEmailTemplateAsync({ emailTemplate: changed });
  assert.equal((await template()).subject, changed.subject);
}

async function fault(call) {
  const error = await call.then(() => assert.fail("no fault"), (refused) => refused);
  assert.ok(error.root, error);
  return error.root.Envelope.Body.Fault;
}

async function typedFault(as) {
  const profiles = await as("UserProfileMgtService");
  const refused = await fault(profiles.getUserProfileAsync({ username: "admin", profileName: "default" }));
  assert.equal(refused.faultstring, "You are not authorized to perform this action.");
  assert.ok("UserProfileException" in refused.detail.UserProfileMgtServiceUserProfileException, refused.detail);
}

async function wrongPassword(way) {
  if (way === "cookie") {
    const authentication = await client("AuthenticationAdmin", () => {});
    const [answer] = await authentication.loginAsync(
      { username: "admin", password: "wrong", remoteAddress: "127.0.0.1" }, trusting);
    assert.equal(answer.return, false);
    return;
  }
  const profiles = await (await signIns.basic("admin", "wrong"))("UserProfileMgtService");
  const refused = await fault(profiles.isReadOnlyUserStoreAsync({}));
  assert.match(refused.faultcode, /:50977$/);
  assert.match(refused.faultstring, /Invalid credentials provided/);
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
