"""Python's zeep against a running server, through the WSDLs it serves.

Arguments: base address, file with the server's certificate. Prints a line for each thing that worked, first with basic
authentication and then with the session cookie of AuthenticationAdmin; the test that starts it compares them.
"""

import sys

import requests
import zeep
from requests.auth import HTTPBasicAuth
from zeep.transports import Transport

BASE, CERTIFICATE = sys.argv[1], sys.argv[2]
GIVEN_NAME = "http://wso2.org/claims/givenname"
EMAIL = "http://wso2.org/claims/emailaddress"
OPTION = "Recovery.AdminPasswordReset.OTP"


class Caller:
    """The services as one signed-in user sees them."""

    def __init__(self, session):
        session.verify = CERTIFICATE
        session.trust_env = False
        self.transport = Transport(session=session)

    def client(self, service):
        return zeep.Client(f"{BASE}/services/{service}?wsdl", transport=self.transport)

    def __getattr__(self, service):
        found = self.client(service).service
        setattr(self, service, found)
        return found


def basic(user, password):
    session = requests.Session()
    session.auth = HTTPBasicAuth(user, password)
    return Caller(session)


def cookie(user, password):
    caller = Caller(requests.Session())
    assert caller.AuthenticationAdmin.login(user, password, "127.0.0.1") is True
    return caller


def profile(caller, way):
    # The same document's SOAP 1.2 port as well.
    client = caller.client("UserProfileMgtService")
    twelve = client.bind("UserProfileMgtService", "UserProfileMgtServiceHttpsSoap12Endpoint")
    for port, value in [(client.service, f"Tömás <&> 湯 {way}"), (twelve, f"twelve {way}")]:
        field = {"claimUri": GIVEN_NAME, "fieldValue": value}
        assert port.setUserProfile("tom", {"fieldValues": [field], "profileName": "default"}) is None
        read = port.getUserProfile("tom", "default")
        found = {one.claimUri: one.fieldValue for one in read.fieldValues}
        assert found[GIVEN_NAME] == value, found
        assert read.profileName == "default"


def users_and_roles(caller, way):
    users, user, role = caller.RemoteUserStoreManagerService, f"zoe.{way}", f"staff.{way}"
    users.addUser(user, "Zoe@1234", [], [{"claimURI": EMAIL, "value": "zoe@example.org"}], "default", False)
    users.addRole(role, [user], [{"action": "ui.execute", "resourceId": "/permission/admin/login"}])
    assert role in users.getRoleListOfUser(user)
    assert user in users.listUsers("zoe*", 10)
    users.addUser("passing", "Zoe@1234", [], [], "default", False)
    users.deleteUser("passing")
    assert users.isExistingUser("passing") is False


def identity_provider(caller, way):
    providers, name = caller.IdentityProviderMgtService, f"{way}-partner"
    with open(CERTIFICATE, encoding="ascii") as pem:
        certificate = "".join(line.strip() for line in pem if not line.startswith("-----"))
    provider = {
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
    }
    providers.addIdP(provider)
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
    assert name not in [one.identityProviderName for one in providers.getAllIdPs()]


def resident_options(caller, way):
    providers, value = caller.IdentityProviderMgtService, "true" if way == "basic" else "false"
    resident = providers.getResidentIdP()
    next(one for one in resident.idpProperties if one.name == OPTION).value = value
    providers.updateResidentIdP(resident)
    assert {one.name: one.value for one in providers.getResidentIdP().idpProperties}[OPTION] == value
    governance = caller.IdentityGovernanceAdminService
    governance.updateConfigurations([{"name": "Recovery.AdminPasswordReset.Offline", "value": value}])
    reset = next(one for one in governance.getConnectorList() if one.friendlyName == "Password Reset")
    assert [one.value for one in reset.properties].count(value) >= 2


def mail_template(caller, way):
    mails = caller.I18nEmailMgtConfigService

    def template():
        every = mails.getAllTemplatesForTenant()
        return next(one for one in every if (one.templateType, one.locale) == ("passwordreset", "en_US"))

    changed = template()
    changed.subject = f"Your new password, {way}"
    assert mails.saveEmailTemplate(changed) is None
    assert template().subject == changed.subject


def typed_fault(caller, way):
    try:
        caller.UserProfileMgtService.getUserProfile("admin", "default")
        raise AssertionError("no fault")
    except zeep.exceptions.Fault as fault:
        assert fault.message == "You are not authorized to perform this action.", fault.message
        client = caller.client("UserProfileMgtService")
        element = client.get_element(
            "{http://mgt.profile.user.identity.carbon.wso2.org}UserProfileMgtServiceUserProfileException"
        )
        assert [child.tag for child in fault.detail] == [element.qname.text]
        assert "UserProfileException" in element.parse(fault.detail[0], client.wsdl.types)


def wrong_password(way):
    if way == "cookie":
        assert Caller(requests.Session()).AuthenticationAdmin.login("admin", "wrong", "127.0.0.1") is False
        return
    try:
        basic("admin", "wrong").UserProfileMgtService.isReadOnlyUserStore()
        raise AssertionError("no fault")
    except zeep.exceptions.Fault as fault:
        assert fault.code.endswith("50977"), fault.code
        assert "Invalid credentials provided" in fault.message


for way, sign_in in [("basic", basic), ("cookie", cookie)]:
    admin = sign_in("admin", "admin")
    for task in [profile, users_and_roles, identity_provider, resident_options, mail_template]:
        task(admin, way)
        print(f"{way}: {task.__name__.replace('_', ' ')}")
    typed_fault(sign_in("tom", "Tom@1234"), way)
    print(f"{way}: typed fault")
    wrong_password(way)
    print(f"{way}: wrong password")
