using Sotto.Contract.Tests.Attachments;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Reference;

/// <summary>Uploading a file, asking how far it is, and reading it.</summary>
internal static class AttachmentRows
{
    public static Row[] All =>
    [
        new RouteRow("POST /api/v1/attachments/", 201, "{ storage_id: uuid, upload_url: string, chunk_size: int, offset: int, expires_at: time }")
        {
            Sends = """{"file_size": 3, "content_type": "image/png"}""", With = """{"offset": 0}""", AnswersHeaders = ["Location"],
        },
        new RouteRow("POST /api/v1/attachments/ (by tus)", 201) { Headers = [("Upload-Length", "3"), ("Tus-Resumable", "1.0.0")], AnswersHeaders = ["Location", "Tus-Resumable", "Upload-Expires"] },
        new RouteRow("OPTIONS /api/v1/attachments/", 204) { As = "", AnswersHeaders = ["Tus-Version", "Tus-Extension", "Tus-Max-Size"] },
        new RouteRow("PATCH /api/v1/attachments/{storage_id}", 204) { Before = BeginAsync, Bytes = [1, 2, 3], Headers = [("Upload-Offset", "0")], AnswersHeaders = ["Upload-Offset"] },
        new RouteRow("PATCH /api/v1/attachments/{storage_id} (at another offset)", 409, "Error") { Before = BeginAsync, Bytes = [3], Headers = [("Upload-Offset", "2")], With = """{"error_code": "OFFSET_MISMATCH", "extra_info": {"upload_offset": 0}}""" },
        new RouteRow("HEAD /api/v1/attachments/{storage_id}", 204) { Before = BeginAsync, AnswersHeaders = ["Upload-Offset", "Upload-Length", "Upload-Expires"] },
        new RouteRow("GET /api/v1/attachments/{storage_id}", 200) { As = "bob", Before = SendAsync, AnswersHeaders = ["ETag", "Accept-Ranges", "Content-Disposition", "Content-Security-Policy"] },
        new RouteRow("GET /api/v1/attachments/{storage_id} (a part)", 206) { As = "bob", Before = SendAsync, Headers = [("Range", "bytes=1-1")], AnswersHeaders = ["Content-Range"] },
        new RouteRow("DELETE /api/v1/attachments/{storage_id}", 204) { Before = BeginAsync },
        new RouteRow("POST /api/v1/messages/ (with a file that nobody has uploaded)", 422, "Error")
        {
            Sends =
                """
                {"conversation_id": "<conversation_id>", "ciphertext": "sealed", "message_type": "image",
                 "attachments": [{"file_name": "photo.jpg", "file_size": 3, "content_type": "image/jpeg", "storage_id": "storage_uuid"}]}
                """,
        },
    ];

    private static async Task BeginAsync(Scene scene) => scene["storage_id"] = (await scene.Alice.Phone.BeginsUploadAsync(3)).StorageId;

    private static async Task SendAsync(Scene scene)
    {
        var upload = await scene.Alice.Phone.UploadsAsync([1, 2, 3]);
        await scene.Alice.Phone.SendsFilesAsync(scene.Group, upload);
        scene["storage_id"] = upload.StorageId;
    }
}
