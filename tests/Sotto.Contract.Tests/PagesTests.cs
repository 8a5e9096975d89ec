using System.Text.RegularExpressions;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests;

/// <summary>The server's own pages: what a browser gets, and that it needs nobody else for it.</summary>
public sealed partial class PagesTests(Servers servers) : Play(servers, Db.Sqlite)
{
    [Fact, Rule("O5")]
    public async Task Every_page_and_every_file_it_names_comes_from_this_server()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<string>(["/", "/docs", "/admin/setup"]);
        while (waiting.TryDequeue(out var path))
        {
            if (!seen.Add(path))
            {
                continue;
            }

            var answer = await Nobody.GetAsync("~" + path).IsAsync(200);
            Assert.Contains("default-src 'none'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
            Assert.Equal(MediaType(path), answer.Header("Content-Type"));
            Assert.DoesNotMatch(ForeignAddress(), answer.Body);
            Assert.DoesNotMatch(InlineCode(), answer.Body);
            foreach (Match file in OwnFile().Matches(answer.Body))
            {
                waiting.Enqueue("/pages/" + file.Groups["name"].Value);
            }
        }

        Assert.Superset(new HashSet<string> { "/pages/docs.js", "/pages/docs-entries.js", "/pages/docs-schema.js", "/pages/docs-dom.js", "/pages/docs.css", "/pages/first-steps.md", "/pages/setup.js" }, seen);
    }

    [Fact, Rule("O5")]
    public async Task A_page_that_has_not_changed_is_not_sent_again()
    {
        var first = await Nobody.GetAsync("~/docs").IsAsync(200);
        var again = await Nobody.GetAsync("~/docs", ("If-None-Match", first.Header("ETag")!)).IsAsync(304);
        Assert.Empty(again.Bytes);
    }

    [Fact, Rule("O3")]
    public async Task The_set_up_link_makes_one_administrator_and_is_spent()
    {
        var server = await OwnServerAsync();
        await server.PrintsAsync("/admin/setup#code=");
        var code = server.Log.Split("/admin/setup#code=")[1].Split('\n')[0].Trim();
        var rest = new Rest(server);
        await rest.PostAsync("/auth/register", new Registration("mallory", "correct horse", SetupCode: code + "x")).IsRefusedAsync(Errors.InvalidCredentials);
        var signed = await rest.PostAsync("/auth/register", new Registration("ada", "correct horse", SetupCode: code)).AsAsync<SignedIn>(201);
        Assert.Equal(ServerRole.Admin, signed.User.Role);
        await rest.PostAsync("/auth/register", new Registration("eve", "correct horse", SetupCode: code)).IsRefusedAsync(Errors.SetupDone);
    }

    private static string MediaType(string path) => Path.GetExtension(path) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".md" => "text/markdown; charset=utf-8",
        _ => "text/html; charset=utf-8",
    };

    [GeneratedRegex(@"(?:src|href|url|import|from|fetch)\s*[=(]?\s*[""'(]*(?:https?:)?//(?!localhost)")]
    private static partial Regex ForeignAddress();

    [GeneratedRegex(@"<script(?![^>]*\bsrc=)|<style|\son\w+=""|\sstyle=""")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"(?:/pages/|""\./)(?<name>[\w-]+\.(?:js|css|svg|md))")]
    private static partial Regex OwnFile();
}
