from django.http import HttpRequest, HttpResponse


def check(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse()
