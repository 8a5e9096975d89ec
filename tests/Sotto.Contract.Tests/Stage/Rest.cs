using System.Net.Http.Headers;
using System.Text;

namespace Sotto.Contract.Tests.Stage;

/// <summary>Speaks REST with one server, as somebody or as nobody. Paths are without <c>/api/v1</c>; one that begins with <c>~</c> is taken from the root.</summary>
public class Rest(TestServer server)
{
    public TestServer Server => server;

    /// <summary>The bearer token; null speaks as nobody.</summary>
    public string? AccessToken { get; set; }

    public Task<Answer> GetAsync(string path, params IEnumerable<(string Name, string Value)> headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PostAsync(string path, object? body = null, params IEnumerable<(string Name, string Value)> headers) => SendAsync(HttpMethod.Post, path, body, headers);

    public Task<Answer> PutAsync(string path, object? body = null, params IEnumerable<(string Name, string Value)> headers) => SendAsync(HttpMethod.Put, path, body, headers);

    public Task<Answer> PatchAsync(string path, object? body = null, params IEnumerable<(string Name, string Value)> headers) => SendAsync(HttpMethod.Patch, path, body, headers);

    public Task<Answer> DeleteAsync(string path, object? body = null, params IEnumerable<(string Name, string Value)> headers) => SendAsync(HttpMethod.Delete, path, body, headers);

    /// <summary>The body: null for none, bytes as they are, a string as the JSON itself, anything else written as JSON.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body, params IEnumerable<(string Name, string Value)> headers)
    {
        var full = path.StartsWith('~') ? path[1..] : "/api/v1" + path;
        using var request = new HttpRequestMessage(method, new Uri(server.Address, full));
        if (AccessToken is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        request.Content = body switch
        {
            null => null,
            byte[] bytes => new ByteArrayContent(bytes),
            HttpContent content => content,
            _ => new StringContent(Json.Write(body), Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                (request.Content ??= new ByteArrayContent([])).Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await server.Http.SendAsync(request);
        var answer = new Answer($"{method} {full}", (int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Headers, response.Content.Headers);
        Traffic.Seen(new RestExchange(method.Method, full, request.Content is StringContent ? Json.Write(body) : null, answer));
        return answer;
    }
}
