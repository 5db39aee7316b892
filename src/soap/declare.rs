//! The macros that declare beans and services. Their bodies only fill tables and call ordinary functions.

/// Declares bean types as they look on the wire.
///
/// Fields stand in Axis2's order (by name, capitals first); a test checks it. `extends` adds a field `base`.
#[macro_export]
macro_rules! dto {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident $(as $alias:literal)? in $namespace:literal $(extends $base:ident)? $(, $abstract:ident)? {
            $( $(#[$field_meta:meta])* $field:ident : $type:ty ),* $(,)?
        }
    )*) => { $(
        $(#[$meta])*
        #[allow(non_snake_case, reason = "wire names are written as on the wire")]
        #[derive(Clone, Default, PartialEq)]
        pub struct $name {
            $(
                /// What it inherits.
                pub base: $base,
            )?
            $(
                $(#[$field_meta])*
                #[doc = concat!("`", stringify!($field), "` on the wire.")]
                pub $field: $type,
            )*
        }

        // Beans carry passwords, codes and answers: debug output names the type and shows nothing of it.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl $crate::soap::Bean for $name {
            const TYPE: &'static $crate::soap::contract::Type = &$crate::soap::contract::Type {
                name: $crate::dto!(@name $name $($alias)?),
                namespace: $namespace,
                fields: &[ $( $crate::soap::contract::Field {
                    name: $crate::soap::wire_name(stringify!($field)),
                    shape: <$type as $crate::soap::Value>::shape,
                } ),* ],
                base: $crate::dto!(@base $($base)?),
                is_abstract: $crate::dto!(@abstract $($abstract)?),
            };
            fn read_properties(element: $crate::soap::xml::Element<'_>) -> Result<Self, $crate::soap::Fault> {
                let _ = element;
                Ok(Self {
                    $( base: <$base as $crate::soap::Bean>::read_properties(element)?, )?
                    $( $field: $crate::soap::Value::read(
                        $crate::soap::Found::property(element, $crate::soap::wire_name(stringify!($field))))?, )*
                })
            }
            fn write_properties(&self, writer: &mut $crate::soap::Writer) {
                $( <$base as $crate::soap::Bean>::write_properties(&self.base, writer); )?
                let prefix = writer.prefix($namespace);
                let _ = prefix;
                $( $crate::soap::Value::write(&self.$field, writer, prefix, const { $crate::soap::wire_name(stringify!($field)) }); )*
            }
        }

        impl $crate::soap::Value for $name {
            fn shape() -> $crate::soap::contract::Shape {
                $crate::soap::bean_shape(<Self as $crate::soap::Bean>::TYPE)
            }
            fn read(found: $crate::soap::Found<'_>) -> Result<Self, $crate::soap::Fault> {
                found.first_value().map_or_else(|| Ok(Self::default()), $crate::soap::read_bean)
            }
            fn write(&self, writer: &mut $crate::soap::Writer, prefix: $crate::soap::Prefix, name: &str) {
                $crate::soap::write_bean(self, writer, prefix, name);
            }
        }
    )* };
    (@name $name:ident) => { stringify!($name) };
    (@name $name:ident $alias:literal) => { $alias };
    (@abstract) => { false };
    (@abstract abstract) => { true };
    (@base) => { None };
    (@base $base:ident) => { Some(<$base as $crate::soap::Bean>::TYPE) };
}

/// Declares bean types that only the published schema needs: no client can send them, so they hold nothing.
#[macro_export]
macro_rules! schema_only {
    ($( pub struct $name:ident $(as $alias:literal)? in $namespace:literal $(extends $base:ident)? $(, $abstract:ident)? {
        $( $field:ident : $type:ty ),* $(,)?
    } )*) => { $(
        #[doc = concat!("`", stringify!($name), "`, for the published schema only.")]
        #[allow(clippy::upper_case_acronyms, reason = "wire names are written as on the wire")]
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $name;

        impl $crate::soap::Bean for $name {
            const TYPE: &'static $crate::soap::contract::Type = &$crate::soap::contract::Type {
                name: $crate::dto!(@name $name $($alias)?),
                namespace: $namespace,
                fields: &[ $( $crate::soap::contract::Field {
                    name: $crate::soap::wire_name(stringify!($field)),
                    shape: <$type as $crate::soap::Value>::shape,
                } ),* ],
                base: $crate::dto!(@base $($base)?),
                is_abstract: $crate::dto!(@abstract $($abstract)?),
            };
            fn read_properties(_: $crate::soap::xml::Element<'_>) -> Result<Self, $crate::soap::Fault> {
                Ok(Self)
            }
            fn write_properties(&self, _: &mut $crate::soap::Writer) {}
        }

        impl $crate::soap::Value for $name {
            fn shape() -> $crate::soap::contract::Shape {
                $crate::soap::bean_shape(<Self as $crate::soap::Bean>::TYPE)
            }
            fn read(_: $crate::soap::Found<'_>) -> Result<Self, $crate::soap::Fault> {
                Ok(Self)
            }
            fn write(&self, writer: &mut $crate::soap::Writer, prefix: $crate::soap::Prefix, name: &str) {
                $crate::soap::write_bean(self, writer, prefix, name);
            }
        }
    )* };
}

/// Declares a service: its contract, the trait its behaviour implements, and the dispatch between them.
///
/// ```text
/// service! {
///     /// Reads and writes the claims of users.
///     pub UserProfileMgtService in "http://mgt.profile.user.identity.carbon.wso2.org" with Call,
///     each ([faults UserProfileException] [needs "/permission/admin/login"]) {
///         fn setUserProfile(username: Option<String>, profile: Option<UserProfileDTO>);      // 202, no body
///         fn getUserProfile(username: Option<String>, profileName: Option<String>) -> Option<UserProfileDTO>;
///         fn updateThing(thing: Option<Thing>) -> Nil [needs "/permission/admin/manage"];    // 200, nil
///     }
/// }
/// ```
/// Options of `each` hold for every operation that does not say otherwise: `[faults TYPE, …]`, `[faults none]`,
/// `[needs "a", "b"]` (any one suffices), `[originally "a"]` (what the original asks for, where that is less), `[open]`
/// (no credentials), `[super_tenant]` (nobody of another tenant).
#[macro_export]
macro_rules! service {
    (
        $(#[$meta:meta])*
        pub $service:ident in $namespace:literal $(schema $schema:literal)? with $call:ty, each $each:tt {
            $(
                $(#[$operation_meta:meta])*
                fn $operation:ident ( $( $argument:ident : $type:ty ),* $(,)? ) $(-> $reply:ty)? $([ $($option:tt)* ])* ;
            )*
        }
    ) => {
        $(#[$meta])*
        pub static CONTRACT: $crate::soap::contract::Service = $crate::soap::contract::Service {
            name: stringify!($service),
            target_namespace: $namespace,
            schema_namespace: $crate::service!(@schema $namespace $($schema)?),
            open: $crate::service!(@of open $each),
            operations: &[ $( $crate::soap::contract::Operation {
                name: stringify!($operation),
                parameters: &[ $( $crate::soap::contract::Field {
                    name: $crate::soap::wire_name(stringify!($argument)),
                    shape: <$type as $crate::soap::Value>::shape,
                } ),* ],
                output: <$crate::service!(@reply $($reply)?) as $crate::soap::Reply>::OUTPUT,
                faults: $crate::service!(@of faults $each $([ $($option)* ])*),
                permissions: $crate::service!(@of permissions $each $([ $($option)* ])*),
                original_permissions: $crate::service!(@of original $each $([ $($option)* ])*),
                open: $crate::service!(@of open $each $([ $($option)* ])*),
                super_tenant: $crate::service!(@of super_tenant $each $([ $($option)* ])*),
            } ),* ],
        };

        /// What the behaviour of the service has to answer, one function per operation.
        #[allow(non_snake_case, reason = "wire names are written as on the wire")]
        pub trait Operations: Send + Sync + 'static {
            $(
                $(#[$operation_meta])*
                #[doc = concat!("The operation `", stringify!($operation), "`.")]
                fn $operation(
                    call: &$call
                    $(, $argument: $type)*
                ) -> impl Future<Output = Result<$crate::service!(@reply $($reply)?), $crate::soap::Fault>> + Send;
            )*
        }

        /// Reads the arguments of `operation`, has the behaviour answer and writes what it answered. The arguments are read
        /// at once; what is left to do needs nothing of the request.
        #[allow(non_snake_case, unused_mut, unused_variables, reason = "wire names are written as on the wire")]
        pub fn invoke<B: Operations>(
            call: $call,
            operation: &'static $crate::soap::contract::Operation,
            arguments: $crate::soap::Arguments<'_>,
            mut answer: $crate::soap::answer::Answer,
        ) -> $crate::soap::Answering<$call> {
            match operation.name {
                $( stringify!($operation) => {
                    let read = || {
                        let mut found = arguments.assign(&CONTRACT, operation)?.into_iter();
                        Ok(( $( <$type as $crate::soap::Value>::read(found.next().unwrap_or_else($crate::soap::Found::absent))?, )* ))
                    };
                    let read: Result<( $($type,)* ), $crate::soap::Fault> = read();
                    Box::pin(async move {
                        let done = match read {
                            Ok(( $($argument,)* )) => B::$operation(&call $(, $argument)*).await.map(|reply| {
                                $crate::soap::Reply::write(&reply, operation, CONTRACT.schema_namespace, answer.payload());
                            }),
                            Err(fault) => Err($crate::soap::bad_arguments(operation, fault)),
                        };
                        $crate::soap::Answered { call, answer, done }
                    })
                } )*
                _ => Box::pin(async move {
                    $crate::soap::Answered { call, answer, done: Err($crate::soap::Fault::unknown()) }
                }),
            }
        }
    };

    (@schema $namespace:literal) => { $namespace };
    (@schema $namespace:literal $schema:literal) => { $schema };
    (@reply) => { () };
    (@reply $reply:ty) => { $reply };

    // The options of an operation stand before those of `each`; the first that fits decides.
    (@of $what:ident ($($each:tt)*) $($own:tt)*) => { $crate::service!(@$what $($own)* $($each)*) };
    (@permissions [needs $($permission:literal),+] $($rest:tt)*) => { &[ $($permission),+ ] };
    (@permissions [$($other:tt)*] $($rest:tt)*) => { $crate::service!(@permissions $($rest)*) };
    (@permissions) => { &[] };
    (@original [originally $($permission:literal),+] $($rest:tt)*) => { &[ $($permission),+ ] };
    (@original [$($other:tt)*] $($rest:tt)*) => { $crate::service!(@original $($rest)*) };
    (@original) => { &[] };
    (@faults [faults none] $($rest:tt)*) => { &[] };
    (@faults [faults $($fault:ident),+] $($rest:tt)*) => { &[ $(<$fault as $crate::soap::Bean>::TYPE),+ ] };
    (@faults [$($other:tt)*] $($rest:tt)*) => { $crate::service!(@faults $($rest)*) };
    (@faults) => { &[] };
    (@open [open] $($rest:tt)*) => { true };
    (@open [$($other:tt)*] $($rest:tt)*) => { $crate::service!(@open $($rest)*) };
    (@open) => { false };
    (@super_tenant [super_tenant] $($rest:tt)*) => { true };
    (@super_tenant [$($other:tt)*] $($rest:tt)*) => { $crate::service!(@super_tenant $($rest)*) };
    (@super_tenant) => { false };
}

#[cfg(test)]
mod tests {
    use crate::soap::ferries::{FerryException, Place};

    #[test]
    fn debug_output_of_a_bean_shows_nothing_of_what_it_carries() {
        let base = Place { name: Some("s3cret".into()) };
        let shown = format!("{:?}", FerryException { base, code: Some("s3cret".into()) });
        assert!(shown.contains("FerryException") && !shown.contains("s3cret"), "{shown}");
    }
}
