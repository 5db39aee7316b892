"""Python's suds against a running server, through the WSDLs it serves.

Arguments: base address, file with the server's certificate. Prints a line for each thing that worked, first with basic
authentication and then with the session cookie of AuthenticationAdmin; the test that starts it compares them.
"""

import ssl
import sys
import urllib.request

import suds
import suds.client
from suds.transport.https import HttpAuthenticated

BASE, CERTIFICATE = sys.argv[1], sys.argv[2]
GIVEN_NAME = "http://wso2.org/claims/givenname"
EMAIL = "http://wso2.org/claims/emailaddress"
OPTION = "Recovery.AdminPasswordReset.OTP"


class Trusting(HttpAuthenticated):
    """The transport of suds, which waits for the challenge, with our certificate trusted."""

    def u2handlers(self):
        context = ssl.create_default_context(cafile=CERTIFICATE)
        return [*super().u2handlers(), urllib.request.HTTPSHandler(context=context)]


class Caller:
    """The services as one user sees them; the cookies are shared."""

    def __init__(self, **login):
        self.login, self.cookies = login, None

    def __getattr__(self, service):
        transport = Trusting(**self.login)
        if self.cookies is not None:
            transport.cookiejar = self.cookies
        url = f"{BASE}/services/{service}?wsdl"
        found = suds.client.Client(url, transport=transport, cache=None)
        # The first port of each document is the one of SOAP 1.1.
        found.set_options(port=f"{service}HttpsSoap11Endpoint")
        setattr(self, service, found)
        return found


def basic(user, password):
    return Caller(username=user, password=password)


def cookie(user, password):
    caller = Caller()
    authentication = caller.AuthenticationAdmin
    assert authentication.service.login(user, password, "127.0.0.1") is True
    caller.cookies = authentication.options.transport.cookiejar
    return caller


def profile(caller, way):
    profiles, value = caller.UserProfileMgtService, f"Tömás <&> 湯 {way}"
    wanted = profiles.factory.create("{http://mgt.profile.user.identity.carbon.wso2.org/xsd}UserProfileDTO")
    field = profiles.factory.create("{http://mgt.profile.user.identity.carbon.wso2.org/xsd}UserFieldDTO")
    field.claimUri, field.fieldValue = GIVEN_NAME, value
    wanted.fieldValues, wanted.profileName = [field], "default"
    profiles.service.setUserProfile("tom", wanted)
    read = profiles.service.getUserProfile("tom", "default")
    assert {one.claimUri: one.fieldValue for one in read.fieldValues}[GIVEN_NAME] == value, read


def users_and_roles(caller, way):
    users, user, role = caller.RemoteUserStoreManagerService.service, f"zoe.{way}", f"staff.{way}"
    claims = [{"claimURI": EMAIL, "value": "zoe@example.org"}]
    users.addUser(userName=user, credential="Zoe@1234", claims=claims, profileName="default", requirePasswordChange=False)
    users.addRole(role, [user], [{"action": "ui.execute", "resourceId": "/permission/admin/login"}])
    assert role in users.getRoleListOfUser(user)
    assert user in users.listUsers("zoe*", 10)


def identity_provider(caller, way):
    providers, name = caller.IdentityProviderMgtService.service, f"{way}-partner"
    with open(CERTIFICATE, encoding="ascii") as pem:
        certificate = "".join(line.strip() for line in pem if not line.startswith("-----"))
    providers.addIdP({
        "identityProviderName": name,
        "certificate": certificate,
        "claimConfig": {
            "localClaimDialect": False,
            "idpClaims": [{"claimUri": "mail"}],
            "claimMappings": [{"localClaim": {"claimUri": EMAIL}, "remoteClaim": {"claimUri": "mail"}}],
            "userClaimURI": "mail",
        },
        "permissionAndRoleConfig": {
            "idpRoles": ["staff"],
            "roleMappings": [
                {"localRole": {"localRoleName": f"staff.{way}", "userStoreId": "PRIMARY"}, "remoteRole": "staff"}
            ],
        },
    })
    read = providers.getIdPByName(name)
    assert read.certificate == certificate
    mapping = read.claimConfig.claimMappings[0]
    assert (mapping.localClaim.claimUri, mapping.remoteClaim.claimUri) == (EMAIL, "mail")
    role = read.permissionAndRoleConfig.roleMappings[0]
    assert (role.localRole.localRoleName, role.remoteRole) == (f"staff.{way}", "staff")
    read.identityProviderDescription = "changed"
    providers.updateIdP(name, read)
    again = providers.getIdPByName(name)
    assert (again.identityProviderDescription, again.certificate) == ("changed", certificate)
    providers.deleteIdP(name)
    assert name not in [one.identityProviderName for one in providers.getAllIdPs() or []]


def resident_options(caller, way):
    providers, value = caller.IdentityProviderMgtService.service, "true" if way == "basic" else "false"
    resident = providers.getResidentIdP()
    next(one for one in resident.idpProperties if one.name == OPTION).value = value
    providers.updateResidentIdP(resident)
    assert {one.name: one.value for one in providers.getResidentIdP().idpProperties}[OPTION] == value


def mail_template(caller, way):
    mails = caller.I18nEmailMgtConfigService.service

    def template():
        every = mails.getAllTemplatesForTenant()
        return next(one for one in every if (one.templateType, one.locale) == ("passwordreset", "en_US"))

    changed = template()
    changed.subject = f"Your new password, {way}"
    mails.saveEmailTemplate(changed)
    assert template().subject == changed.subject


def refusal(call, *arguments):
    try:
        call(*arguments)
    except suds.WebFault as refused:
        return refused.fault
    raise AssertionError("no fault")


def typed_fault(caller, _):
    fault = refusal(caller.UserProfileMgtService.service.getUserProfile, "admin", "default")
    assert fault.faultstring == "You are not authorized to perform this action.", fault
    assert "UserProfileException" in fault.detail.UserProfileMgtServiceUserProfileException, fault


def wrong_password(way):
    if way == "cookie":
        assert Caller().AuthenticationAdmin.service.login("admin", "wrong", "127.0.0.1") is False
        return
    fault = refusal(basic("admin", "wrong").UserProfileMgtService.service.isReadOnlyUserStore)
    assert fault.faultcode.endswith(":50977"), fault
    assert "Invalid credentials provided" in fault.faultstring, fault


for way, sign_in in [("basic", basic), ("cookie", cookie)]:
    admin = sign_in("admin", "admin")
    for task in [profile, users_and_roles, identity_provider, resident_options, mail_template]:
        task(admin, way)
        print(f"{way}: {task.__name__.replace('_', ' ')}")
    typed_fault(sign_in("tom", "Tom@1234"), way)
    print(f"{way}: typed fault")
    wrong_password(way)
    print(f"{way}: wrong password")
