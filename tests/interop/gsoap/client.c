/* gSOAP against a running server, with the stubs that client.sh generated from the WSDLs it serves.
 *
 * Argument: file with the server's certificate; the address is in the stubs. Prints a line for each thing that worked,
 * first with basic authentication and then with the session cookie of AuthenticationAdmin; the test that starts it
 * compares them. */

#include "UserProfileMgtServiceSoap11Binding.nsmap"
#include "soapH.h"

#define GIVEN_NAME "http://wso2.org/claims/givenname"
#define EMAIL "http://wso2.org/claims/emailaddress"
#define OPTION "Recovery.AdminPasswordReset.OTP"

static char *certificate;

/* A signed-in user. Without a name it is the cookie that counts. */
struct caller {
    struct soap *soap;
    const char *user, *password;
};

/* gSOAP forgets the credentials after each call. */
static struct soap *sign(struct caller *caller) {
    caller->soap->userid = caller->user;
    caller->soap->passwd = caller->password;
    return caller->soap;
}

#define TRY(caller, operation, request, answer) soap_call___##operation(sign(caller), NULL, NULL, request, answer)
#define ASK(caller, operation, request, answer) must(caller, TRY(caller, operation, request, answer))
#define TELL(caller, operation, request)                                                                              \
    must(caller, soap_send___##operation(sign(caller), NULL, NULL, request) || soap_recv_empty_response(caller->soap))
#define CHECK(holds) check(holds, #holds, __LINE__)

static void check(int holds, const char *what, int line) {
    if (holds)
        return;
    fprintf(stderr, "line %d: not so: %s\n", line, what);
    exit(1);
}

static void must(struct caller *caller, int refused) {
    if (!refused)
        return;
    soap_print_fault(caller->soap, stderr);
    exit(1);
}

static int same(const char *left, const char *right) { return left && right && !strcmp(left, right); }

static char *joined(struct caller *caller, const char *left, const char *right) {
    char *both = soap_malloc(caller->soap, strlen(left) + strlen(right) + 1);
    return strcat(strcpy(both, left), right);
}

static int holds(int size, char **list, const char *wanted) {
    for (int i = 0; i < size; i++)
        if (same(list[i], wanted))
            return 1;
    return 0;
}

/* The certificate as the services take it: base64 on one line. */
static char *encoded(struct caller *caller) {
    static char pem[8192];
    FILE *file = fopen(certificate, "r");
    CHECK(file != NULL);
    pem[fread(pem, 1, sizeof pem - 1, file)] = 0;
    fclose(file);
    char *to = soap_malloc(caller->soap, sizeof pem), *end = to;
    for (char *line = strtok(pem, "\r\n"); line; line = strtok(NULL, "\r\n"))
        if (*line != '-')
            end = stpcpy(end, line);
    return to;
}

static struct caller nobody(void) {
    struct caller caller = {soap_new1(SOAP_C_UTFSTRING), NULL, NULL};
    must(&caller, soap_ssl_client_context(caller.soap, SOAP_SSL_REQUIRE_SERVER_AUTHENTICATION, NULL, NULL,
                                          certificate, NULL, NULL));
    return caller;
}

static int login(struct caller *caller, char *user, char *password) {
    struct _aut__login request = {user, password, "127.0.0.1"};
    struct _aut__loginResponse answer;
    ASK(caller, aut__login, &request, &answer);
    return answer.return_ && *answer.return_ == xsd__boolean__true_;
}

static struct caller sign_in(const char *way, char *user, char *password) {
    struct caller caller = nobody();
    if (same(way, "cookie")) {
        CHECK(login(&caller, user, password));
    } else {
        caller.user = user;
        caller.password = password;
    }
    return caller;
}

static void profile(struct caller *caller, const char *way) {
    struct prox__UserFieldDTO field = {.claimUri = GIVEN_NAME, .fieldValue = joined(caller, "Tömás <&> 湯 ", way)};
    struct prox__UserProfileDTO wanted = {.__sizefieldValues = 1, .fieldValues = &field, .profileName = "default"};
    struct _pro__setUserProfile set = {"tom", &wanted};
    TELL(caller, pro__setUserProfile, &set);
    struct _pro__getUserProfile get = {"tom", "default"};
    struct _pro__getUserProfileResponse read;
    ASK(caller, pro__getUserProfile, &get, &read);
    char *found = NULL;
    for (int i = 0; i < read.return_->__sizefieldValues; i++)
        if (same(read.return_->fieldValues[i].claimUri, GIVEN_NAME))
            found = read.return_->fieldValues[i].fieldValue;
    CHECK(same(found, field.fieldValue));
}

static void users_and_roles(struct caller *caller, const char *way) {
    char *user = joined(caller, "zoe.", way), *role = joined(caller, "staff.", way);
    enum xsd__boolean no = xsd__boolean__false_;
    struct umsc__ClaimValue claim = {EMAIL, "zoe@example.org"};
    struct _ums__addUser add_user = {.userName = user, .credential = "Zoe@1234", .__sizeclaims = 1, .claims = &claim,
                                     .profileName = "default", .requirePasswordChange = &no};
    TELL(caller, ums__addUser, &add_user);
    struct umsd__PermissionDTO permission = {"ui.execute", "/permission/admin/login"};
    struct _ums__addRole add_role = {role, 1, &user, 1, &permission};
    TELL(caller, ums__addRole, &add_role);
    struct _ums__getRoleListOfUser of = {user};
    struct _ums__getRoleListOfUserResponse roles;
    ASK(caller, ums__getRoleListOfUser, &of, &roles);
    CHECK(holds(roles.__sizereturn_, roles.return_, role));
    int limit = 10;
    struct _ums__listUsers filter = {"zoe*", &limit};
    struct _ums__listUsersResponse users;
    ASK(caller, ums__listUsers, &filter, &users);
    CHECK(holds(users.__sizereturn_, users.return_, user));
}

static struct idpm__IdentityProvider *provider(struct caller *caller, char *name) {
    struct _idp__getIdPByName request = {name};
    struct _idp__getIdPByNameResponse answer;
    ASK(caller, idp__getIdPByName, &request, &answer);
    CHECK(answer.return_ != NULL);
    return answer.return_;
}

static void identity_provider(struct caller *caller, const char *way) {
    enum xsd__boolean no = xsd__boolean__false_;
    char *name = joined(caller, way, "-partner"), *role = joined(caller, "staff.", way), *staff = "staff";
    struct idpm__Claim local = {.claimUri = EMAIL}, remote = {.claimUri = "mail"};
    struct idpm__ClaimMapping mapping = {.localClaim = &local, .remoteClaim = &remote};
    struct idpm__ClaimConfig claims = {.__sizeclaimMappings = 1, .claimMappings = &mapping, .__sizeidpClaims = 1,
                                       .idpClaims = &remote, .localClaimDialect = &no, .userClaimURI = "mail"};
    struct idpm__LocalRole here = {role, "PRIMARY"};
    struct idpm__RoleMapping mapped = {&here, staff};
    struct idpm__PermissionsAndRoleConfig roles = {.__sizeidpRoles = 1, .idpRoles = &staff, .__sizeroleMappings = 1,
                                                   .roleMappings = &mapped};
    struct idpm__IdentityProvider wanted = {.certificate = encoded(caller), .claimConfig = &claims,
                                            .identityProviderName = name, .permissionAndRoleConfig = &roles};
    struct _idp__addIdP add = {&wanted};
    struct __idp__addIdPResponse added;
    ASK(caller, idp__addIdP, &add, &added);

    struct idpm__IdentityProvider *read = provider(caller, name);
    CHECK(same(read->certificate, wanted.certificate));
    CHECK(read->claimConfig->__sizeclaimMappings == 1);
    CHECK(same(read->claimConfig->claimMappings->localClaim->claimUri, EMAIL));
    CHECK(same(read->claimConfig->claimMappings->remoteClaim->claimUri, "mail"));
    CHECK(read->permissionAndRoleConfig->__sizeroleMappings == 1);
    CHECK(same(read->permissionAndRoleConfig->roleMappings->localRole->localRoleName, role));
    CHECK(same(read->permissionAndRoleConfig->roleMappings->remoteRole, "staff"));

    read->identityProviderDescription = "changed";
    struct _idp__updateIdP update = {name, read};
    struct __idp__updateIdPResponse updated;
    ASK(caller, idp__updateIdP, &update, &updated);
    read = provider(caller, name);
    CHECK(same(read->identityProviderDescription, "changed"));
    CHECK(same(read->certificate, wanted.certificate));

    struct _idp__deleteIdP remove = {name};
    struct __idp__deleteIdPResponse removed;
    ASK(caller, idp__deleteIdP, &remove, &removed);
    struct _idp__getAllIdPs every;
    struct _idp__getAllIdPsResponse left;
    ASK(caller, idp__getAllIdPs, &every, &left);
    for (int i = 0; i < left.__sizereturn_; i++)
        CHECK(!same(left.return_[i].identityProviderName, name));
}

static struct idpm__IdentityProvider *resident(struct caller *caller) {
    struct _idp__getResidentIdP request;
    struct _idp__getResidentIdPResponse answer;
    ASK(caller, idp__getResidentIdP, &request, &answer);
    return answer.return_;
}

static char **option(struct idpm__IdentityProvider *provider) {
    for (int i = 0; i < provider->__sizeidpProperties; i++)
        if (same(provider->idpProperties[i].name, OPTION))
            return &provider->idpProperties[i].value;
    CHECK(!"the option is there");
    return NULL;
}

static void resident_options(struct caller *caller, const char *way) {
    struct idpm__IdentityProvider *changed = resident(caller);
    char *value = same(way, "basic") ? "true" : "false";
    *option(changed) = value;
    struct _idp__updateResidentIdP update = {changed};
    struct __idp__updateResidentIdPResponse updated;
    ASK(caller, idp__updateResidentIdP, &update, &updated);
    CHECK(same(*option(resident(caller)), value));
}

static struct mailm__EmailTemplate *template(struct caller *caller) {
    struct _mail__getAllTemplatesForTenant request;
    struct _mail__getAllTemplatesForTenantResponse answer;
    ASK(caller, mail__getAllTemplatesForTenant, &request, &answer);
    for (int i = 0; i < answer.__sizereturn_; i++)
        if (same(answer.return_[i].templateType, "passwordreset") && same(answer.return_[i].locale, "en_US"))
            return &answer.return_[i];
    CHECK(!"the template is there");
    return NULL;
}

static void mail_template(struct caller *caller, const char *way) {
    struct mailm__EmailTemplate *changed = template(caller);
    changed->subject = joined(caller, "Your new password, ", way);
    struct _mail__saveEmailTemplate save = {changed};
    TELL(caller, mail__saveEmailTemplate, &save);
    CHECK(same(template(caller)->subject, changed->subject));
}

static void typed_fault(struct caller *unused, const char *way) {
    (void)unused;
    struct caller tom = sign_in(way, "tom", "Tom@1234");
    struct _pro__getUserProfile get = {"admin", "default"};
    struct _pro__getUserProfileResponse read;
    CHECK(TRY(&tom, pro__getUserProfile, &get, &read) == SOAP_FAULT);
    CHECK(same(*soap_faultstring(tom.soap), "You are not authorized to perform this action."));
    struct SOAP_ENV__Detail *detail = tom.soap->fault->SOAP_ENV__Detail;
    CHECK(detail && detail->pro__UserProfileMgtServiceUserProfileException);
    CHECK(detail->pro__UserProfileMgtServiceUserProfileException->UserProfileException != NULL);
}

static void wrong_password(struct caller *unused, const char *way) {
    (void)unused;
    struct caller caller = nobody();
    if (same(way, "cookie")) {
        CHECK(!login(&caller, "admin", "wrong"));
        return;
    }
    caller.user = "admin";
    caller.password = "wrong";
    struct _pro__isReadOnlyUserStore request;
    struct _pro__isReadOnlyUserStoreResponse answer;
    CHECK(TRY(&caller, pro__isReadOnlyUserStore, &request, &answer) == SOAP_FAULT);
    CHECK(strstr(*soap_faultcode(caller.soap), ":50977") != NULL);
    CHECK(strstr(*soap_faultstring(caller.soap), "Invalid credentials provided") != NULL);
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    certificate = arguments[1];
    static const struct {
        const char *name;
        void (*does)(struct caller *, const char *);
    } tasks[] = {{"profile", profile}, {"users and roles", users_and_roles}, {"identity provider", identity_provider},
                 {"resident options", resident_options}, {"mail template", mail_template},
                 {"typed fault", typed_fault}, {"wrong password", wrong_password}};
    static const char *const ways[] = {"basic", "cookie"};
    for (int way = 0; way < 2; way++) {
        struct caller admin = sign_in(ways[way], "admin", "admin");
        for (size_t task = 0; task < sizeof tasks / sizeof *tasks; task++) {
            tasks[task].does(&admin, ways[way]);
            printf("%s: %s\n", ways[way], tasks[task].name);
            fflush(stdout);
        }
    }
    return 0;
}
