//! The resources of a component, said once: what answers each method, what `Allow` says, and what the OpenAPI
//! document has to list.

use spin_sdk::http::Method;

/// The method that a request is answered as: what answers `GET` answers `HEAD`, and the host leaves the body out
/// (RFC 9110 §9.3.2).
pub fn answered_as(method: &Method) -> Method {
    if *method == Method::HEAD {
        Method::GET
    } else {
        method.clone()
    }
}

/// What `Allow` says of a method.
#[macro_export]
macro_rules! allowed {
    (GET) => {
        "GET, HEAD"
    };
    ($method:ident) => {
        stringify!($method)
    };
}

/// Writes `resources`, which answers what these paths and methods name, and everything else with a 404 or 405;
/// and for tests `ROUTES`, each path as it stands here with its methods. More special paths come first.
#[macro_export]
macro_rules! resources {
    (|$context:ident, $request:ident| $(
        $path:tt { $first:ident => $answer:expr $(, $method:ident => $next:expr)* $(,)? }
    )+) => {
        async fn resources(
            $context: $crate::Context,
            $request: $crate::Request,
            path: &[&str],
        ) -> $crate::Handled {
            let _ = &$context;
            let method = $crate::answered_as($request.method());
            match path {
                $($path => match method {
                    $crate::Method::$first => $answer.await,
                    $($crate::Method::$method => $next.await,)*
                    _ => Err($crate::Problem::method_not_allowed(concat!(
                        $crate::allowed!($first) $(, ", ", $crate::allowed!($method))*
                    ))),
                },)+
                _ => Err($crate::Problem::not_found(
                    "There is no such resource. The README lists the routes.",
                )),
            }
        }

        #[cfg(test)]
        const ROUTES: &[(&str, &[&str])] = &[$((
            stringify!($path),
            &[stringify!($first) $(, stringify!($method))*],
        )),+];
    };
}
