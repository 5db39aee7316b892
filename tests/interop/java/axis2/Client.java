// Apache Axis2 against a running server, with the stubs that client.sh generated from the WSDLs it serves.
//
// Arguments: base address, file with the server's certificate. Prints a line for each thing that worked, first with
// basic authentication and then with the session cookie of AuthenticationAdmin; the test that starts it compares them.

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.axis2.AxisFault;
import org.apache.axis2.client.Options;
import org.apache.axis2.client.Stub;
import org.apache.axis2.context.ConfigurationContext;
import org.apache.axis2.context.ConfigurationContextFactory;
import org.apache.axis2.kernel.http.HTTPConstants;
import org.apache.axis2.transport.http.impl.httpclient4.HttpTransportPropertiesImpl;
import org.wso2.carbon.core.services.authentication.AuthenticationAdminStub;
import org.wso2.carbon.email.mgt.I18NEmailMgtConfigServiceStub;
import org.wso2.carbon.email.mgt.I18NEmailMgtConfigServiceStub.EmailTemplate;
import org.wso2.carbon.identity.user.profile.mgt.UserProfileMgtServiceStub;
import org.wso2.carbon.identity.user.profile.mgt.UserProfileMgtServiceStub.UserFieldDTO;
import org.wso2.carbon.identity.user.profile.mgt.UserProfileMgtServiceStub.UserProfileDTO;
import org.wso2.carbon.identity.user.profile.mgt.UserProfileMgtServiceUserProfileExceptionException;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServiceStub;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServiceStub.Claim;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServiceStub.ClaimConfig;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServiceStub.ClaimMapping;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServiceStub.IdentityProvider;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServiceStub.IdentityProviderProperty;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServiceStub.LocalRole;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServiceStub.PermissionsAndRoleConfig;
import org.wso2.carbon.idp.mgt.IdentityProviderMgtServiceStub.RoleMapping;
import org.wso2.carbon.um.ws.service.RemoteUserStoreManagerServiceStub;
import org.wso2.carbon.um.ws.service.RemoteUserStoreManagerServiceStub.ClaimValue;
import org.wso2.carbon.um.ws.service.RemoteUserStoreManagerServiceStub.PermissionDTO;

public class Client {
    private static final String GIVEN_NAME = "http://wso2.org/claims/givenname";
    private static final String EMAIL = "http://wso2.org/claims/emailaddress";
    private static final String OPTION = "Recovery.AdminPasswordReset.OTP";

    private static ConfigurationContext context;
    private static String base;
    private static String certificate;

    /** A signed-in user and the stubs that speak for him. */
    private abstract static class Caller {
        final UserProfileMgtServiceStub profiles;
        final RemoteUserStoreManagerServiceStub users;
        final IdentityProviderMgtServiceStub providers;
        final I18NEmailMgtConfigServiceStub mails;

        Caller() throws AxisFault {
            profiles = as(new UserProfileMgtServiceStub(context, address("UserProfileMgtService")));
            users = as(new RemoteUserStoreManagerServiceStub(context, address("RemoteUserStoreManagerService")));
            providers = as(new IdentityProviderMgtServiceStub(context, address("IdentityProviderMgtService")));
            mails = as(new I18NEmailMgtConfigServiceStub(context, address("I18nEmailMgtConfigService")));
        }

        abstract String address(String service);

        abstract void sign(Options options);

        private <S extends Stub> S as(S stub) {
            sign(stub._getServiceClient().getOptions());
            return stub;
        }
    }

    /** Basic authentication after a challenge, at the address that the document names for SOAP 1.2. */
    private static Caller basic(String user, String password) throws AxisFault {
        return new Caller() {
            @Override
            String address(String service) {
                return base + "/services/" + service + "." + service + "HttpsSoap12Endpoint/";
            }

            @Override
            void sign(Options options) {
                HttpTransportPropertiesImpl.Authenticator credentials = new HttpTransportPropertiesImpl.Authenticator();
                credentials.setUsername(user);
                credentials.setPassword(password);
                credentials.setAllowedRetry(true);
                options.setProperty(HTTPConstants.AUTHENTICATE, credentials);
            }
        };
    }

    /** The session that a login left in its stub, at the short address, as integrations of the original do it. */
    private static Caller cookie(String user, String password) throws Exception {
        AuthenticationAdminStub authentication = new AuthenticationAdminStub(context, base + "/services/AuthenticationAdmin");
        authentication._getServiceClient().getOptions().setManageSession(true);
        check(authentication.login(user, password, "127.0.0.1"), "the login is accepted");
        Object session = authentication._getServiceClient().getLastOperationContext().getServiceContext()
            .getProperty(HTTPConstants.COOKIE_STRING);
        check(session != null, "the login began a session");
        return new Caller() {
            @Override
            String address(String service) {
                return base + "/services/" + service;
            }

            @Override
            void sign(Options options) {
                options.setManageSession(true);
                options.setProperty(HTTPConstants.COOKIE_STRING, session);
            }
        };
    }

    private static Caller signIn(String way, String user, String password) throws Exception {
        return way.equals("cookie") ? cookie(user, password) : basic(user, password);
    }

    private static void profile(Caller admin, String way) throws Exception {
        String value = "Tömás <&> 湯 " + way;
        admin.profiles.setUserProfile("tom", named(value));
        UserProfileDTO read = admin.profiles.getUserProfile("tom", "default");
        UserFieldDTO field = one(read.getFieldValues(), found -> GIVEN_NAME.equals(found.getClaimUri()));
        same(value, field.getFieldValue());
    }

    private static UserProfileDTO named(String value) {
        UserFieldDTO field = new UserFieldDTO();
        field.setClaimUri(GIVEN_NAME);
        field.setFieldValue(value);
        UserProfileDTO profile = new UserProfileDTO();
        profile.setFieldValues(new UserFieldDTO[] {field});
        profile.setProfileName("default");
        return profile;
    }

    private static void usersAndRoles(Caller admin, String way) throws Exception {
        String user = "zoe." + way;
        String role = "staff." + way;
        ClaimValue claim = new ClaimValue();
        claim.setClaimURI(EMAIL);
        claim.setValue("zoe@example.org");
        admin.users.addUser(user, "Zoe@1234", null, new ClaimValue[] {claim}, "default", false);
        PermissionDTO permission = new PermissionDTO();
        permission.setAction("ui.execute");
        permission.setResourceId("/permission/admin/login");
        admin.users.addRole(role, new String[] {user}, new PermissionDTO[] {permission});
        one(admin.users.getRoleListOfUser(user), role::equals);
        one(admin.users.listUsers("zoe*", 10), user::equals);
    }

    private static void identityProvider(Caller admin, String way) throws Exception {
        String name = way + "-partner";
        String role = "staff." + way;
        admin.providers.addIdP(partner(name, role));

        IdentityProvider read = admin.providers.getIdPByName(name);
        same(certificate, read.getCertificate());
        ClaimMapping mapping = one(read.getClaimConfig().getClaimMappings(), any -> true);
        same(EMAIL, mapping.getLocalClaim().getClaimUri());
        same("mail", mapping.getRemoteClaim().getClaimUri());
        RoleMapping mapped = one(read.getPermissionAndRoleConfig().getRoleMappings(), any -> true);
        same(role, mapped.getLocalRole().getLocalRoleName());
        same("staff", mapped.getRemoteRole());

        read.setIdentityProviderDescription("changed");
        admin.providers.updateIdP(name, read);
        read = admin.providers.getIdPByName(name);
        same("changed", read.getIdentityProviderDescription());
        same(certificate, read.getCertificate());

        admin.providers.deleteIdP(name);
        check(matching(admin.providers.getAllIdPs(), left -> name.equals(left.getIdentityProviderName())).isEmpty(),
            "the identity provider is gone");
    }

    private static IdentityProvider partner(String name, String role) {
        Claim local = new Claim();
        local.setClaimUri(EMAIL);
        Claim remote = new Claim();
        remote.setClaimUri("mail");
        ClaimMapping mapping = new ClaimMapping();
        mapping.setLocalClaim(local);
        mapping.setRemoteClaim(remote);
        ClaimConfig claims = new ClaimConfig();
        claims.setClaimMappings(new ClaimMapping[] {mapping});
        claims.setIdpClaims(new Claim[] {remote});
        claims.setUserClaimURI("mail");

        LocalRole here = new LocalRole();
        here.setLocalRoleName(role);
        here.setUserStoreId("PRIMARY");
        RoleMapping mapped = new RoleMapping();
        mapped.setLocalRole(here);
        mapped.setRemoteRole("staff");
        PermissionsAndRoleConfig roles = new PermissionsAndRoleConfig();
        roles.setIdpRoles(new String[] {"staff"});
        roles.setRoleMappings(new RoleMapping[] {mapped});

        IdentityProvider provider = new IdentityProvider();
        provider.setIdentityProviderName(name);
        provider.setCertificate(certificate);
        provider.setClaimConfig(claims);
        provider.setPermissionAndRoleConfig(roles);
        return provider;
    }

    private static void residentOptions(Caller admin, String way) throws Exception {
        IdentityProvider resident = admin.providers.getResidentIdP();
        String value = way.equals("basic") ? "true" : "false";
        option(resident).setValue(value);
        admin.providers.updateResidentIdP(resident);
        same(value, option(admin.providers.getResidentIdP()).getValue());
    }

    private static IdentityProviderProperty option(IdentityProvider provider) {
        return one(provider.getIdpProperties(), property -> OPTION.equals(property.getName()));
    }

    private static void mailTemplate(Caller admin, String way) throws Exception {
        EmailTemplate changed = template(admin);
        String subject = "Your new password, " + way;
        changed.setSubject(subject);
        admin.mails.saveEmailTemplate(changed);
        same(subject, template(admin).getSubject());
    }

    private static EmailTemplate template(Caller admin) throws Exception {
        return one(admin.mails.getAllTemplatesForTenant(),
            found -> "passwordreset".equals(found.getTemplateType()) && "en_US".equals(found.getLocale()));
    }

    private static void typedFault(String way) throws Exception {
        Caller tom = signIn(way, "tom", "Tom@1234");
        try {
            tom.profiles.getUserProfile("admin", "default");
            throw new AssertionError("no fault");
        } catch (UserProfileMgtServiceUserProfileExceptionException refusal) {
            same("You are not authorized to perform this action.", refusal.getMessage());
            check(refusal.getFaultMessage().getUserProfileException() != null, "the fault has its bean");
        }
        // Operations without an answer are waited for too; their faults arrive without a bean, as from the original.
        try {
            tom.profiles.setUserProfile("admin", named("nobody"));
            throw new AssertionError("no fault");
        } catch (AxisFault refusal) {
            same("You are not authorized to perform this action.", refusal.getMessage());
        }
    }

    private static void wrongPassword(String way) throws Exception {
        if (way.equals("cookie")) {
            AuthenticationAdminStub authentication = new AuthenticationAdminStub(context, base + "/services/AuthenticationAdmin");
            check(!authentication.login("admin", "wrong", "127.0.0.1"), "the login is refused");
            return;
        }
        try {
            basic("admin", "wrong").profiles.isReadOnlyUserStore();
        } catch (AxisFault refusal) {
            same("50977", refusal.getFaultCode().getLocalPart());
            check(refusal.getMessage().contains("Invalid credentials provided"), refusal.getMessage());
            return;
        }
        throw new AssertionError("no fault");
    }

    private interface Task {
        void run() throws Exception;
    }

    private interface Wanted<T> {
        boolean is(T found);
    }

    /** An empty list arrives as null. */
    private static <T> List<T> matching(T[] list, Wanted<T> wanted) {
        return list == null ? List.of() : Arrays.stream(list).filter(wanted::is).toList();
    }

    private static <T> T one(T[] list, Wanted<T> wanted) {
        List<T> found = matching(list, wanted);
        check(found.size() == 1, found.size() + " instead of one among " + Arrays.toString(list));
        return found.get(0);
    }

    private static void same(Object expected, Object found) {
        check(expected.equals(found), "expected " + expected + ", found " + found);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
    }

    public static void main(String[] arguments) throws Exception {
        base = arguments[0];
        certificate = Files.readString(Path.of(arguments[1])).replaceAll("-----.*?-----|\\s", "");
        context = ConfigurationContextFactory.createConfigurationContextFromFileSystem(null, null);
        for (String way : List.of("basic", "cookie")) {
            Caller admin = signIn(way, "admin", "admin");
            does(way + ": profile", () -> profile(admin, way));
            does(way + ": users and roles", () -> usersAndRoles(admin, way));
            does(way + ": identity provider", () -> identityProvider(admin, way));
            does(way + ": resident options", () -> residentOptions(admin, way));
            does(way + ": mail template", () -> mailTemplate(admin, way));
            does(way + ": typed fault", () -> typedFault(way));
            does(way + ": wrong password", () -> wrongPassword(way));
        }
    }

    private static void does(String name, Task task) throws Exception {
        task.run();
        System.out.println(name);
    }
}
