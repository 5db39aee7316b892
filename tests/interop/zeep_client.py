"""Python's zeep against a running server: imports the served WSDLs and calls through them.

Arguments: base address, file with the server's certificate. Prints a line for each thing that worked; the test that
starts it compares them.
"""

import sys

import requests
import zeep
from requests.auth import HTTPBasicAuth
from zeep.transports import Transport

BASE, CERTIFICATE = sys.argv[1], sys.argv[2]
GIVEN_NAME = "http://wso2.org/claims/givenname"


def client(service, session):
    session.verify = CERTIFICATE
    session.trust_env = False
    return zeep.Client(f"{BASE}/services/{service}?wsdl", transport=Transport(session=session))


def basic(user, password):
    session = requests.Session()
    session.auth = HTTPBasicAuth(user, password)
    return session


def set_and_get(profiles, value):
    field = {"claimUri": GIVEN_NAME, "fieldValue": value}
    answer = profiles.service.setUserProfile("tom", {"fieldValues": [field], "profileName": "default"})
    assert answer is None, answer
    profile = profiles.service.getUserProfile("tom", "default")
    found = {one.claimUri: one.fieldValue for one in profile.fieldValues}
    assert found[GIVEN_NAME] == value, found
    assert profile.profileName == "default"


profiles = client("UserProfileMgtService", basic("admin", "admin"))
set_and_get(profiles, "Tömás <&> 湯")
print("basic: profile set and read")

# The SOAP 1.2 port of the same document.
twelve = profiles.bind("UserProfileMgtService", "UserProfileMgtServiceHttpsSoap12Endpoint")
assert twelve.isReadOnlyUserStore() is False
print("soap 1.2: called")

shared = requests.Session()
authentication = client("AuthenticationAdmin", shared)
assert authentication.service.login("admin", "wrong", "127.0.0.1") is False
assert authentication.service.login("admin", "admin", "127.0.0.1") is True
set_and_get(client("UserProfileMgtService", shared), "by cookie")
print("cookie: profile set and read")

try:
    client("UserProfileMgtService", basic("tom", "Tom@1234")).service.getUserProfile("admin", "default")
    raise AssertionError("no fault")
except zeep.exceptions.Fault as fault:
    assert fault.message == "You are not authorized to perform this action.", fault.message
    names = [child.tag for child in fault.detail]
    expected = "{http://mgt.profile.user.identity.carbon.wso2.org}UserProfileMgtServiceUserProfileException"
    assert names == [expected], names
print("fault: typed detail")

try:
    client("UserProfileMgtService", basic("admin", "wrong")).service.isReadOnlyUserStore()
    raise AssertionError("no fault")
except zeep.exceptions.Fault as fault:
    assert fault.code.endswith("50977"), fault.code
    assert "Invalid credentials provided" in fault.message
print("wrong password: refused")

users = client("RemoteUserStoreManagerService", basic("admin", "admin"))
claims = [{"claimURI": "http://wso2.org/claims/emailaddress", "value": "zoe@example.org"}]
users.service.addUser("zoe", "Zoe@1234", [], claims, "default", False)
permission = {"action": "ui.execute", "resourceId": "/permission/admin/login"}
users.service.addRole("zeep role", ["zoe"], [permission])
assert "zeep role" in users.service.getRoleListOfUser("zoe")
assert "zoe" in users.service.listUsers("z*", 10)
users.service.deleteRole("zeep role")
users.service.deleteUser("zoe")
assert users.service.isExistingUser("zoe") is False
print("users and roles: added, listed, deleted")

governance = client("IdentityGovernanceAdminService", basic("admin", "admin"))
governance.service.updateConfigurations([{"name": "Recovery.AdminPasswordReset.OTP", "value": "true"}])
connectors = governance.service.getConnectorList()
reset = next(one for one in connectors if one.friendlyName == "Password Reset")
assert [one.value for one in reset.properties] == ["false", "true", "false"]
providers = client("IdentityProviderMgtService", basic("admin", "admin"))
resident = providers.service.getResidentIdP()
providers.service.updateResidentIdP(resident)
print("policies: changed and read, the resident identity provider sent back whole")
