//! Commands, headers and HAR, as browsers copy them.

use super::*;

#[test]
fn what_the_developer_tools_copy_is_read() {
    let (url, query) = (url(), query());
    let link = "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?client_id=x&state=other&response_type=code";
    let native = "https://login.microsoftonline.com/common/oauth2/nativeclient";
    for (shape, text) in [
        (
            "cURL (bash), GET",
            format!("curl '{url}' \\\n  -H 'accept: text/html' \\\n  -H 'referer: {link}' \\\n  --compressed"),
        ),
        (
            "cURL (bash), POST",
            format!(
                "curl '{native}' \\\n  -H 'content-type: application/x-www-form-urlencoded' \\\n  --data-raw '{query}'"
            ),
        ),
        ("cURL (bash), quoted as $'…'", format!("curl $'{}' -H $'cookie: a=\\'b\\''", url.replace('&', "\\u0026"))),
        (
            "cURL (cmd)",
            format!("curl ^\"{}^\" ^\n  -H ^\"accept: text/html^\"", url.replace('&', "^&").replace('%', "^%")),
        ),
        ("cURL (cmd), older", format!("curl \"{url}&x=a\"%\"2Fb\" -H \"accept: text/html\" --compressed")),
        (
            "PowerShell",
            format!(
                "Invoke-WebRequest -UseBasicParsing -Uri \"{native}\" `\n-Method \"POST\" `\n-ContentType \"application/x-www-form-urlencoded\" `\n-Body \"{query}\""
            ),
        ),
        ("fetch", format!("fetch(\"{native}\", {{\n  \"body\": \"{query}\",\n  \"method\": \"POST\"\n}});")),
        ("header", format!("HTTP/1.1 302 Found\r\nCache-Control: no-store\r\nLocation: {url}\r\nServer: x\r\n")),
        (
            "header, state last",
            format!("Location: http://localhost/?code={}&state={STATE}\r\nServer: x\r\n", long_code()),
        ),
        ("HAR member", format!("\"url\": \"{url}\",")),
        (
            "HAR entry",
            serde_json::json!({"log": {"entries": [
                {"request": {"method": "GET", "url": link, "queryString": []}},
                {"request": {"method": "GET", "url": url, "headers": [{"name": "Referer", "value": link}]}},
            ]}})
            .to_string(),
        ),
        (
            "HAR post data, pretty",
            serde_json::to_string_pretty(&serde_json::json!({"postData": {
                "params": [{"name": "code", "value": long_code()}, {"name": "state", "value": STATE}],
            }}))
            .unwrap(),
        ),
        (
            "HAR post data, cut out",
            format!("\"postData\": {{\"mimeType\": \"application/x-www-form-urlencoded\", \"text\": \"{query}\"}},"),
        ),
    ] {
        assert_eq!(read(&text).as_ref(), Ok(&expected()), "{shape}");
    }
}
